// Carries orders about gates to those who wait for them, in every instance on the same database. It must not be
// relied on for more than speed: a notification may be lost, so after every reconnection everybody is woken.

import type { GateSignals } from '../usecases/ports.ts';
import { ReadingSignals } from '../usecases/reading-signals.ts';
import type { Database } from './database.ts';

const CHANNEL = 'pipebot_gates';
/** PostgreSQL takes 8,000 bytes. Whoever is called longer is woken with everybody. */
const MAX_PAYLOAD_LENGTH = 1_000;

export interface ListeningGateSignals extends GateSignals {
  /** From here on announcements are heard, this instance's own ones included. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export function createGateSignals(database: Pick<Database, 'query' | 'listen'>): ListeningGateSignals {
  const signals = new ReadingSignals();
  let subscription: { close(): Promise<void> } | undefined;
  return {
    async announce(service) {
      const payload = service.length > MAX_PAYLOAD_LENGTH ? '' : service.toWellFormed().replaceAll('\0', '');
      await database.query('select pg_notify($1, $2)', [CHANNEL, payload]);
    },
    next: (service, signal) => signals.next([service], signal),
    async start() {
      subscription = await database.listen(
        CHANNEL,
        (payload) => (payload === '' ? signals.announceAll() : signals.announce(payload)),
        () => signals.announceAll(),
      );
    },
    async stop() {
      await subscription?.close();
      subscription = undefined;
    },
  };
}
