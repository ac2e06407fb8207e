// A TCP proxy in front of PostgreSQL that lets a share of all commits happen and loses their answer, as a network
// does that breaks at the wrong moment. It reads just enough of the protocol to know where a commit's answer is.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface TcpProxy {
  /** Where to connect instead. */
  readonly port: number;
  /** Answers to commits that came by. */
  readonly commits: number;
  /** Those that were lost. */
  readonly lost: number;
  close(): Promise<void>;
}

/** The connection breaks at once, or the caller waits until it loses patience. */
export type Loss = 'cut' | 'silence';

export interface TcpProxyOptions {
  /** Of the server. */
  readonly port: number;
  /** Asked for each commit that has happened: how is its answer lost, if it is? */
  readonly lose: () => Loss | undefined;
}

export async function startTcpProxy({ port, lose }: TcpProxyOptions): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const counts = { commits: 0, lost: 0 };
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    const pair = [client, upstream];
    const cut = () => {
      for (const socket of pair) socket.destroy();
    };
    for (const socket of pair) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', cut);
      socket.on('close', () => {
        cut();
        sockets.delete(socket);
      });
    }
    client.on('data', (data) => upstream.write(data));
    const answers = new AnswerReader();
    let isSilent = false;
    upstream.on('data', (data: Buffer) => {
      for (const { bytes, isCommit } of answers.read(data)) {
        const loss = isCommit && !isSilent ? lose() : undefined;
        if (isCommit) counts.commits += 1;
        if (loss) counts.lost += 1;
        if (loss === 'cut') return cut();
        isSilent ||= loss === 'silence';
        if (!isSilent) client.write(bytes);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get commits() {
      return counts.commits;
    },
    get lost() {
      return counts.lost;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

interface Answer {
  readonly bytes: Buffer;
  readonly isCommit: boolean;
}

/** Type byte, then the length that counts itself (PostgreSQL, "Message Formats"). */
const HEADER_BYTES = 5;
/** Messages that come unasked, and must not wait for the end of an answer. */
const UNASKED = new Set(['A', 'N', 'S']);

/** Cuts what the server says into answers, each up to its ReadyForQuery, which tells whether a transaction is open. */
class AnswerReader {
  #rest = Buffer.alloc(0);
  #held: Buffer[] = [];
  #wrote = false;
  #isInTransaction = false;
  #hasBegun = false;

  read(data: Buffer): Answer[] {
    this.#rest = Buffer.concat([this.#rest, data]);
    const answers: Answer[] = [];
    for (;;) {
      const message = this.#next();
      if (!message) return answers;
      const type = String.fromCharCode(message[0] ?? 0);
      // Until the first ReadyForQuery the two sides greet each other, message by message.
      if (type !== 'Z' && (!this.#hasBegun || (UNASKED.has(type) && this.#held.length === 0))) {
        answers.push({ bytes: message, isCommit: false });
        continue;
      }
      this.#held.push(message);
      if (type === 'C') this.#wrote ||= isCommitTag(message, this.#isInTransaction);
      if (type === 'Z') answers.push(this.#end(message));
    }
  }

  #next(): Buffer | undefined {
    if (this.#rest.length < HEADER_BYTES) return undefined;
    const length = 1 + this.#rest.readUInt32BE(1);
    if (this.#rest.length < length) return undefined;
    const message = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return message;
  }

  #end(ready: Buffer): Answer {
    const answer = { bytes: Buffer.concat(this.#held), isCommit: this.#wrote };
    this.#held = [];
    this.#wrote = false;
    this.#hasBegun = true;
    this.#isInTransaction = ready[HEADER_BYTES] !== 'I'.charCodeAt(0);
    return answer;
  }
}

/** What has happened for good: a COMMIT, or a statement that changed rows outside of a transaction. */
function isCommitTag(complete: Buffer, isInTransaction: boolean): boolean {
  const tag = complete.toString('latin1', HEADER_BYTES, complete.length - 1);
  if (tag === 'COMMIT') return true;
  return !isInTransaction && /^(?:INSERT \d+|UPDATE|DELETE|MERGE) [1-9]/.test(tag);
}
