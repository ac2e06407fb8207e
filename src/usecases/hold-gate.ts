// Holds the gates of a service because a person says so, and ends a hold. Whether the person may is asked before; what
// a hold does to a decision stands in domain/gate.ts.
import type { Clock } from '../clock.ts';
import type { HoldRecord, Orderer } from '../domain/hold.ts';
import type { Holds, Log } from './ports.ts';
import { type WakePorts, wakeGates } from './wake-gates.ts';

export interface HoldPorts extends WakePorts {
  readonly holds: Pick<Holds, 'place' | 'end'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Places it, and wakes those who wait. Gives back the hold that it takes the place of. Call it in a transaction. */
export async function holdGate(ports: HoldPorts, hold: HoldRecord): Promise<HoldRecord | undefined> {
  const before = await ports.holds.place(hold);
  await wakeGates(ports, hold.service);
  const { id, service, verdict, until, by } = hold;
  ports.log.info({ holdId: id, service, verdict, until, by: by.entraId ?? by.id }, 'gates held');
  return before;
}

/** Ends it, and wakes those who wait. Undefined when nothing is held. Call it in a transaction. */
export async function endHold(
  ports: HoldPorts,
  service: string,
  by: Orderer,
): Promise<HoldRecord | undefined> {
  const ended = await ports.holds.end(service, by, ports.clock.now());
  if (!ended) return undefined;
  await wakeGates(ports, service);
  ports.log.info({ holdId: ended.id, service, by: by.entraId ?? by.id }, 'hold ended');
  return ended;
}
