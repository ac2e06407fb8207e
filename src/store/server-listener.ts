// One connection for all LISTEN channels, beside the pool. It notices a silent loss by heartbeats, reconnects
// with back-off for as long as somebody listens, and tells the subscribers, who may have missed something.
// Its times are real ones, as of everything that watches the network.
import pg from 'pg';
import type { Subscriber, Subscription } from './driver.ts';

const HEARTBEAT_INTERVAL_MS = 10_000;
const HEARTBEAT_TIMEOUT_MS = 5_000;
const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 5_000;

export interface Listener {
  /** Rejects, and keeps no subscription, when the first connection fails; later losses are healed. */
  add(channel: string, subscriber: Subscriber): Promise<Subscription>;
  close(): Promise<void>;
}

/** Makes a listener that connects when the first subscription comes. */
export function createListener(connection: pg.ClientConfig): Listener {
  return new ServerListener({ ...connection, query_timeout: HEARTBEAT_TIMEOUT_MS });
}

class ServerListener implements Listener {
  readonly #connection: pg.ClientConfig;
  readonly #channels = new Map<string, Set<Subscriber>>();
  /** The connection that is up or coming up; undefined between a loss and the next attempt. */
  #connected: Promise<pg.Client> | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  #heartbeatTimer: NodeJS.Timeout | undefined;
  #failedAttempts = 0;
  #closed = false;

  constructor(connection: pg.ClientConfig) {
    this.#connection = connection;
  }

  async add(channel: string, subscriber: Subscriber): Promise<Subscription> {
    const subscribers = this.#channels.get(channel) ?? new Set();
    this.#channels.set(channel, subscribers);
    subscribers.add(subscriber);
    const subscription = { close: () => this.#remove(channel, subscriber) };
    try {
      const client = await this.#connect();
      await client.query(`listen ${pg.escapeIdentifier(channel)}`);
    } catch (error) {
      await subscription.close();
      throw error;
    }
    subscriber.onReconnect();
    return subscription;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#channels.clear();
    clearTimeout(this.#retryTimer);
    clearInterval(this.#heartbeatTimer);
    const connected = this.#connected;
    this.#connected = undefined;
    const client = await connected?.catch(() => undefined);
    await client?.end();
    clearInterval(this.#heartbeatTimer);
  }

  async #remove(channel: string, subscriber: Subscriber): Promise<void> {
    const subscribers = this.#channels.get(channel);
    if (!subscribers?.delete(subscriber) || subscribers.size > 0) return;
    this.#channels.delete(channel);
    const client = await this.#connected?.catch(() => undefined);
    // Where it fails the connection is gone, and the next one does not listen to this channel.
    await client?.query(`unlisten ${pg.escapeIdentifier(channel)}`).catch(() => undefined);
  }

  #connect(): Promise<pg.Client> {
    if (this.#connected !== undefined) return this.#connected;
    const client = new pg.Client(this.#connection);
    const connected = client.connect().then(() => client);
    const onLoss = () => this.#lose(client, connected);
    client.on('error', onLoss);
    client.on('end', onLoss);
    client.on('notification', ({ channel, payload }) => {
      for (const subscriber of this.#channels.get(channel) ?? []) subscriber.onPayload(payload ?? '');
    });
    connected.then(() => this.#watch(client, onLoss), onLoss);
    this.#connected = connected;
    return connected;
  }

  #watch(client: pg.Client, onLoss: () => void): void {
    this.#failedAttempts = 0;
    clearInterval(this.#heartbeatTimer);
    this.#heartbeatTimer = setInterval(() => client.query('select 1').catch(onLoss), HEARTBEAT_INTERVAL_MS);
  }

  #lose(client: pg.Client, connected: Promise<pg.Client>): void {
    if (this.#connected !== connected) return;
    this.#connected = undefined;
    clearInterval(this.#heartbeatTimer);
    client.end().catch(() => undefined);
    this.#retryLater();
  }

  #retryLater(): void {
    if (this.#closed || this.#channels.size === 0) return;
    clearTimeout(this.#retryTimer);
    const delayMs =
      Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#failedAttempts) * (0.5 + Math.random() / 2);
    this.#failedAttempts += 1;
    this.#retryTimer = setTimeout(() => void this.#resubscribe(), delayMs);
  }

  async #resubscribe(): Promise<void> {
    if (this.#channels.size === 0) return;
    try {
      const client = await this.#connect();
      for (const channel of this.#channels.keys())
        await client.query(`listen ${pg.escapeIdentifier(channel)}`);
    } catch {
      this.#retryLater();
      return;
    }
    for (const subscribers of this.#channels.values())
      for (const subscriber of subscribers) subscriber.onReconnect();
  }
}
