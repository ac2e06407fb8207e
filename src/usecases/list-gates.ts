// Who waits at the gates, for what and until when, and what is held; only of the services that it is handed. It reads
// what is stored and asks nobody outside.
import type { Clock } from '../clock.ts';
import type { OpenGate } from '../domain/content.ts';
import type { HoldRecord } from '../domain/hold.ts';
import type { Organization } from '../domain/link.ts';
import type { ServiceCatalog } from '../domain/service.ts';
import type { BuildRecords, GateRecord, GateRecords, Holds } from './ports.ts';

export interface ListGatesPorts {
  readonly catalog: ServiceCatalog;
  readonly organizations: readonly Organization[];
  readonly gates: Pick<GateRecords, 'listOpen'>;
  readonly holds: Pick<Holds, 'listActive'>;
  readonly records: Pick<BuildRecords, 'findBuilds'>;
  readonly clock: Clock;
}

/** A caller that waits comes back within a minute; one that stayed away longer waits no more. */
const ANSWERED_WITHIN_MS = 3 * 60_000;

/** Gates that wait, those that have waited longest first, and the holds in force. */
export async function listGates(
  ports: ListGatesPorts,
): Promise<{ readonly gates: readonly OpenGate[]; readonly holds: readonly HoldRecord[] }> {
  const now = ports.clock.now();
  const names = new Set(ports.catalog.services.map(({ name }) => name));
  const open = await ports.gates.listOpen(now, now - ANSWERED_WITHIN_MS);
  const holds = await ports.holds.listActive(now);
  return {
    gates: await withRuns(
      ports,
      open.filter(({ service }) => names.has(service)),
    ),
    holds: holds.filter(({ service }) => names.has(service)),
  };
}

/** The gates that a word means: by their id or by the number or id of the run that waits there. */
export function gatesOf(gates: readonly OpenGate[], word: string): OpenGate[] {
  const wanted = word.replace(/^#/, '').toLowerCase();
  const byId = gates.filter(({ id }) => id.toLowerCase() === wanted);
  if (byId.length > 0) return byId;
  return gates.filter(
    ({ caller }) => caller && (`${caller.buildId}` === wanted || caller.number?.toLowerCase() === wanted),
  );
}

async function withRuns(ports: ListGatesPorts, gates: readonly GateRecord[]): Promise<OpenGate[]> {
  const refs = gates.flatMap((gate) => runOf(ports.catalog, gate) ?? []);
  const known = await ports.records.findBuilds(refs);
  return gates.map((gate) => {
    const { id, service, branch, askedAt, deadlineAt, decision, buildId } = gate;
    const run = runOf(ports.catalog, gate);
    const build =
      run && known.find((each) => each.id === run.buildId && each.organization === run.organization);
    const url = build?.url ?? (run && pageOf(ports.organizations, run));
    const caller = buildId !== undefined && {
      buildId,
      ...(build ? { number: build.number } : {}),
      ...(url === undefined ? {} : { url }),
    };
    return {
      ...{ id, service, branch, askedAt, deadlineAt },
      ...(decision ? { decision } : {}),
      ...(caller ? { caller } : {}),
    };
  });
}

interface Run {
  readonly organization: string;
  readonly project: string;
  readonly buildId: number;
}

/** A caller is taken for a run of the service's own pipeline, where the services file names one. */
function runOf({ services }: ServiceCatalog, { service, buildId }: GateRecord): Run | undefined {
  const build = services.find(({ name }) => name === service)?.build;
  if (!build || buildId === undefined) return undefined;
  return { organization: build.organization, project: build.project, buildId };
}

function pageOf(organizations: readonly Organization[], { organization, project, buildId }: Run) {
  const home = organizations.find(({ name }) => name === organization)?.url;
  return home && `${home}/${encodeURIComponent(project)}/_build/results?buildId=${buildId}`;
}
