// Lets one gate that waits continue, because a person says so, whatever its base does. It must not touch other gates:
// who comes next with a gate of its own is not released.
import type { Clock } from '../clock.ts';
import type { GateRelease, Orderer } from '../domain/hold.ts';
import type { GateRecord, Holds, Log } from './ports.ts';
import { type WakePorts, wakeGates } from './wake-gates.ts';

export interface ReleaseGatePorts extends WakePorts {
  readonly holds: Pick<Holds, 'release'>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Records it, and wakes the one who waits. Undefined when the gate no longer waits, or somebody was quicker; a decision
 * that is final never changes. Call it in a transaction.
 */
export async function releaseGate(
  ports: ReleaseGatePorts,
  gate: Pick<GateRecord, 'id' | 'service' | 'deadlineAt' | 'buildId'>,
  { by, because }: { readonly by: Orderer; readonly because: string },
): Promise<GateRelease | undefined> {
  const { id: gateId, service, deadlineAt: until, buildId } = gate;
  const caller = buildId === undefined ? {} : { buildId };
  const release: GateRelease = { gateId, service, by, because, at: ports.clock.now(), until, ...caller };
  if (!(await ports.holds.release(release))) return undefined;
  await wakeGates(ports, service);
  ports.log.info({ gateId, service, callerBuildId: buildId, by: by.entraId ?? by.id }, 'gate released');
  return release;
}
