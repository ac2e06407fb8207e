// Sends PlanUrls over HTTP to the reader of check requests. For each one that it accepts, the task is told that it has
// started, with its token, at the configured address; a second server stands for everybody else and must hear nothing.
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { CheckTarget } from '../../src/domain/check.ts';
import { PipeBotError } from '../../src/errors.ts';
import { readCheckRequest } from '../../src/http/check-request.ts';
import type { Secret } from '../../src/secret.ts';
import type { Random } from '../../test/support/generated-history.ts';
import { hostilePlanUrls, ORGANIZATIONS } from '../../test/support/hostile-plan-urls.ts';
import { mutated, respelled } from '../../test/support/mutated-plan-urls.ts';
import { organizationKey } from '../../test/support/plan-url-oracle.ts';
import { progress } from '../bench/figures.ts';

/** Tells a task, at the address that is configured, that it has started. Whatever the answer is, it resolves. */
export type TellStarted = (task: {
  readonly organizationUrl: string;
  readonly target: CheckTarget;
  readonly token: Secret;
}) => Promise<unknown>;

export interface PlanUrlSample {
  readonly random: Random;
  /** Those that have to be accepted, and others. */
  readonly right: readonly string[];
  readonly wrong: readonly string[];
  readonly tell: TellStarted;
}

export interface ExchangeFigures {
  asked: number;
  accepted: number;
  rightRefused: number;
  toldAtHome: number;
  toldWrongly: number;
  elsewhere: number;
  credentialsElsewhere: number;
  naiveElsewhere: number;
  /** Answered 5xx: a bug. */
  broken: number;
}

const MUTATED_ON_LOOPBACK = 2_000;
const AT_ONCE = 16;
const PATIENCE_MS = 10_000;
const ID = 'a1b2c3d4-0001-4000-8000-00000000abcd';
const EVENTS = `/${ID}/_apis/distributedtask/hubs/build/plans/${ID}/events?api-version=7.1`;

export async function exchangePlanUrls(sample: PlanUrlSample): Promise<ExchangeFigures> {
  const figures: ExchangeFigures = {
    ...{ asked: 0, accepted: 0, rightRefused: 0, toldAtHome: 0, toldWrongly: 0 },
    ...{ elsewhere: 0, credentialsElsewhere: 0, naiveElsewhere: 0, broken: 0 },
  };
  const world = await startWorld(figures, sample.tell);
  const handMade = hostilePlanUrls({ scheme: 'http', ...world }).map(([planUrl]) => planUrl);
  const seeds = [`http://${world.home}/contoso/`, ...handMade] as const;
  const { random } = sample;
  const onLoopback = Array.from({ length: MUTATED_ON_LOOPBACK }, (_, index) =>
    index % 5 === 0 ? respelled(random, seeds[0]) : mutated(random, seeds),
  );
  await askAll([...sample.right, ...sample.wrong, ...seeds, ...onLoopback], world, figures);
  for (const planUrl of handMade) await reachNaively(planUrl, world.elsewhere);
  world.stop();
  return figures;
}

interface World {
  /** Hosts with their ports. */
  readonly home: string;
  readonly elsewhere: string;
  readonly gate: string;
  /** The names of the configured organisations by what tells them apart. */
  readonly names: ReadonlyMap<string | undefined, string>;
  stop(): void;
}

async function startWorld(figures: ExchangeFigures, tell: TellStarted): Promise<World> {
  const servers: Server[] = [];
  const listen = async (handle: RequestListener) => {
    const server = createServer(handle).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const elsewhere = await listen((request, response) => {
    if (request.headers['x-naive'] === undefined) figures.elsewhere++;
    else figures.naiveElsewhere++;
    if (request.rawHeaders.join().includes('canary')) figures.credentialsElsewhere++;
    response.end();
  });
  const home = await listen((request, response) => {
    const [, name, number] =
      /^Bearer canary-(\w[\w-]*)-(\d+)$/.exec(request.headers.authorization ?? '') ?? [];
    if (request.url === `/${name === 'home' ? 'contoso' : name}${EVENTS}`) figures.toldAtHome++;
    else figures.toldWrongly++;
    // Every other answer tries to lead the token away.
    const isLure = Number(number) % 2 === 0;
    response
      .writeHead(isLure ? 307 : 204, isLure ? { location: `http://${elsewhere}/contoso${EVENTS}` } : {})
      .end();
  });
  const organizations = [{ name: 'home', url: `http://${home}/contoso` }, ...ORGANIZATIONS];
  // The cloud and the Servers cannot be listened for here; home stands in for their configured addresses.
  const addressOf = (name: string) => `http://${home}/${name === 'home' ? 'contoso' : name}`;
  const gate = await listen(async (request, response) => {
    try {
      const check = readCheckRequest(request, organizations);
      if (check.mode !== 'callback') throw new Error('the mode was lost');
      figures.accepted++;
      const { target, token } = check;
      await tell({ organizationUrl: addressOf(target.organization), target, token });
      response.writeHead(200).end();
    } catch (error) {
      response.writeHead(error instanceof PipeBotError ? 400 : 500).end();
    }
  });
  const names = new Map(organizations.map(({ name, url }) => [organizationKey(url), name] as const));
  const stop = () => {
    for (const server of servers) server.close().closeAllConnections();
  };
  return { home, elsewhere, gate, names, stop };
}

async function askAll(
  planUrls: readonly string[],
  { gate, names }: World,
  figures: ExchangeFigures,
): Promise<void> {
  const nameOf = (planUrl: string) => names.get(organizationKey(planUrl) ?? '');
  const askOn = async () => {
    while (figures.asked < planUrls.length) {
      const index = figures.asked++;
      const planUrl = planUrls[index] ?? '';
      const name = nameOf(asDelivered(planUrl)) ?? 'nobody';
      const status = await ask(gate, planUrl, `canary-${name}-${index}`);
      if (nameOf(planUrl) !== undefined && status !== 200) figures.rightRefused++;
      if (status >= 500) figures.broken++;
      if (index % 2_000 === 0) progress(`${index} of ${planUrls.length} requests over HTTP`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, askOn));
}

/** What HTTP makes of a header's value: without spaces around it, and ended by a line end. */
function asDelivered(planUrl: string): string {
  return planUrl.split('\r\n', 1)[0]?.replace(/^[ \t]+|[ \t]+$/g, '') ?? '';
}

/** Byte by byte, since a proper client would send hardly any of these. Gives the status, 0 when there was none. */
async function ask(gate: string, planUrl: string, token: string): Promise<number> {
  const socket = connect(Number(gate.split(':')[1]), '127.0.0.1').setTimeout(PATIENCE_MS, () =>
    socket.destroy(),
  );
  let answer = '';
  socket.setEncoding('latin1').on('data', (chunk) => {
    answer += chunk;
  });
  const ids = ['ProjectId', 'PlanId', 'JobId', 'TaskInstanceId'].map((name) => `${name}: ${ID}`);
  socket
    .on('error', () => undefined)
    .write(
      [
        'POST /api/gate/payments HTTP/1.1',
        ...[
          'Host: pipebot.example',
          'Connection: close',
          'Content-Length: 0',
          'PipeBotMode: callback',
          'HubName: build',
        ],
        ...[...ids, `AuthToken: ${token}`, `PlanUrl: ${planUrl}`, '', ''],
      ].join('\r\n'),
    );
  await once(socket, 'close');
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);
}

/** What a reader would do that uses a PlanUrl as it is, as far as it leads to the server elsewhere. */
async function reachNaively(planUrl: string, elsewhere: string): Promise<void> {
  const url = URL.parse(planUrl);
  if (url?.protocol !== 'http:' || url.host !== elsewhere) return;
  await fetch(url, { headers: { 'x-naive': 'yes' } }).catch(() => undefined);
}
