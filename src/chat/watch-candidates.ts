// What can be watched under a name, and which of it a new watch takes. It must not start or store a watch.
import { type Build, phaseOf } from '../domain/build.ts';
import { assessReadiness } from '../domain/readiness.ts';
import { branchesToAsk, type DefinitionRef, isOfRepository, type Named } from '../domain/service.ts';
import type { Watch } from '../domain/watch.ts';
import { policyOf } from '../usecases/assess-bases.ts';
import { buildsTargetOf } from '../usecases/builds-target.ts';
import type { Subject } from '../usecases/find-subject.ts';
import { FRESH_MS } from '../usecases/get-status.ts';
import type { Observer } from '../usecases/observe-builds.ts';

export interface WatchCandidatePorts {
  readonly observer: Pick<Observer, 'latest'>;
}

export interface Candidate {
  readonly role: Watch['role'];
  readonly fallbackName: string;
  readonly definition: DefinitionRef;
  /** Full refs; the first one that has builds is watched, else the last one. */
  readonly branches: readonly string[];
}

export interface ReadCandidate {
  readonly candidate: Candidate;
  /** On the branch that answered. */
  readonly definition: DefinitionRef;
  readonly builds: readonly Build[];
}

/** The service's or the base's own name. */
export function nameOf(named: Named): string {
  return named.kind === 'service' ? named.service.name : named.base.name;
}

/** What can be watched under a name, the bases first; a linked build only as what it is. */
export function candidatesOf(
  { named, branch, build }: Subject,
  typedBranch: string | undefined,
): Candidate[] {
  const wanted = typedBranch ?? branch;
  const bases = named.kind === 'service' ? named.service.bases : [named.base];
  const ofBases = bases.map(
    (base): Candidate => ({
      role: 'base',
      fallbackName: base.name,
      definition: base.definition,
      branches: branchesToAsk(named, base, wanted),
    }),
  );
  const own = named.kind === 'service' ? named.service.build : undefined;
  const ofBuild: Candidate[] = own
    ? [{ role: 'build', fallbackName: nameOf(named), definition: own, branches: [wanted ?? own.branch] }]
    : [];
  return [...ofBases, ...ofBuild].filter(
    ({ definition }) => !build || definition.definitionId === build.definitionId,
  );
}

/** The first candidate with an active build; without one the service's own build, else its first base. */
export async function chooseCandidate(
  ports: WatchCandidatePorts,
  named: Named,
  candidates: readonly Candidate[],
): Promise<ReadCandidate | undefined> {
  const read = await Promise.all(candidates.map((candidate) => readCandidate(ports, named, candidate)));
  const running = read.find(({ builds }) => builds.some((build) => phaseOf(build) === 'active'));
  return running ?? read.find(({ candidate }) => candidate.role === 'build') ?? read[0];
}

/** On the branch that answers for the status too, so that both speak of the same build. */
async function readCandidate(
  ports: WatchCandidatePorts,
  named: Named,
  candidate: Candidate,
): Promise<ReadCandidate> {
  const { definition, branches } = candidate;
  let read: ReadCandidate = { candidate, definition, builds: [] };
  for (const branch of branches) {
    const target = buildsTargetOf(definition, branch);
    const { builds, observedAt } = await ports.observer.latest(target, FRESH_MS);
    const own = builds.filter((build) => isOfRepository(build, definition.repositoryId));
    read = { candidate, definition: { ...definition, branch }, builds: own };
    if (assessReadiness(own, policyOf(named), observedAt).status !== 'never-built') break;
  }
  return read;
}
