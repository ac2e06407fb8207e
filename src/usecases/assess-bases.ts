// Finds out how the bases of a service stand, branch by branch. The facts behind every verdict; the verdict
// itself is made in domain/gate.ts.
import type { BaseAssessment } from '../domain/gate.ts';
import { assessReadiness } from '../domain/readiness.ts';
import {
  type Base,
  branchesToAsk,
  DEFAULT_GATE_POLICY,
  type GatePolicy,
  isOfRepository,
  type Named,
} from '../domain/service.ts';
import { toPipeBotError } from '../errors.ts';
import { buildsTargetOf } from './builds-target.ts';
import type { Observer } from './observe-builds.ts';
import type { BuildRecords, BuildsTarget, Reading } from './ports.ts';

export interface AssessPorts {
  readonly observer: Pick<Observer, 'latest'>;
  readonly records: Pick<BuildRecords, 'lastReading'>;
}

export interface Assessed {
  readonly assessments: readonly [BaseAssessment, ...BaseAssessment[]];
  /** The branch that was asked for first, full ref. */
  readonly branch: string;
  /** When the oldest of the readings came in, by our clock; undefined when one could not be read. */
  readonly readAt?: number;
  /** How long Azure DevOps wants to be left alone. */
  readonly retryAfterMs?: number;
}

export interface AssessQuestion {
  readonly named: Named;
  /** Full ref; without it, the branch of the service's own build. */
  readonly branch?: string;
  readonly commit?: string;
  readonly maxAgeMs: number;
}

/** Assesses every base behind a name. Never throws `azure-*`: what cannot be asked is `unknown`. */
export async function assessBases(ports: AssessPorts, question: AssessQuestion): Promise<Assessed> {
  const { named } = question;
  const policy = policyOf(named);
  const [first, ...rest] = named.kind === 'service' ? named.service.bases : [named.base];
  if (!first) throw new TypeError('a service without a base passed the check of the services file');
  const assess = (base: Base) => assessBase(ports, { question, base, policy });
  const [head, ...tail] = await Promise.all([assess(first), ...rest.map(assess)]);
  const all = [head, ...tail];
  const readAts = all.map(({ readAt }) => readAt);
  const retryAfters = all.flatMap(({ retryAfterMs }) => retryAfterMs ?? []);
  return {
    assessments: [head.assessment, ...tail.map(({ assessment }) => assessment)],
    branch: branchesToAsk(named, first, question.branch)[0] ?? first.definition.branch,
    ...(readAts.every((readAt) => readAt !== undefined) ? { readAt: Math.min(...readAts) } : {}),
    ...(retryAfters.length > 0 ? { retryAfterMs: Math.max(...retryAfters) } : {}),
  };
}

/** A base on its own has no gate of its own; the defaults tell how it stands. */
export function policyOf(named: Named): GatePolicy {
  return named.kind === 'service' ? named.service.policy : DEFAULT_GATE_POLICY;
}

interface AssessedBase {
  readonly assessment: BaseAssessment;
  readonly readAt?: number;
  readonly retryAfterMs?: number;
}

async function assessBase(
  ports: AssessPorts,
  { question, base, policy }: { question: AssessQuestion; base: Base; policy: GatePolicy },
): Promise<AssessedBase> {
  const skippedBranches: string[] = [];
  let oldestReadAt = Number.POSITIVE_INFINITY;
  const branches = branchesToAsk(question.named, base, question.branch);
  for (const [index, branch] of branches.entries()) {
    const target = buildsTargetOf(base.definition, branch);
    const assessed = await assessOnBranch(ports, { question, base, policy, target });
    const isLast = index === branches.length - 1;
    oldestReadAt = Math.min(oldestReadAt, assessed.readAt ?? oldestReadAt);
    if (assessed.assessment.readiness.status !== 'never-built' || isLast) {
      const assessment = { ...assessed.assessment, skippedBranches };
      // That a branch has no run is a reading, too.
      return { ...assessed, assessment, ...(assessed.readAt === undefined ? {} : { readAt: oldestReadAt }) };
    }
    skippedBranches.push(branch);
  }
  throw new TypeError('a base always has a branch of its own');
}

async function assessOnBranch(
  ports: AssessPorts,
  context: { question: AssessQuestion; base: Base; policy: GatePolicy; target: BuildsTarget },
): Promise<AssessedBase> {
  const { question, base, policy, target } = context;
  const common = { base, branch: target.branch, skippedBranches: [] };
  try {
    const reading = await ports.observer.latest(target, question.maxAgeMs);
    const { observedAt, readAt } = reading;
    // A reading that is shared with others may hold builds of other repositories too.
    const builds = reading.builds.filter((build) => isOfRepository(build, base.definition.repositoryId));
    const readiness = assessReadiness(builds, policy, observedAt);
    const commit = question.commit?.toLowerCase();
    const commitBuilds = builds.filter(
      (build) => commit && build.sourceVersion?.toLowerCase().startsWith(commit),
    );
    const newestQueuedAt = Math.max(...builds.map(({ queuedAt }) => queuedAt));
    const facts = {
      ...(builds.length > 0 ? { newestQueuedAt } : {}),
      ...(commit ? { commitBuilds } : {}),
    };
    return { assessment: { ...common, readiness, observedAt, ...facts }, readAt };
  } catch (thrown) {
    const error = toPipeBotError(thrown);
    if (!error.isFromAzureDevOps) throw thrown;
    const last = await lastKnownOf(ports, target, base.definition.repositoryId);
    const failure = last
      ? { code: error.code, lastKnown: assessReadiness(last.builds, policy, last.observedAt) }
      : { code: error.code };
    return {
      assessment: {
        ...common,
        readiness: { status: 'unknown', reason: 'unknown' },
        ...(last ? { observedAt: last.observedAt } : {}),
        failure,
      },
      ...(error.details.retryAfterMs === undefined ? {} : { retryAfterMs: error.details.retryAfterMs }),
    };
  }
}

/** Undefined also when newer builds of other repositories hide what was known of this one. */
async function lastKnownOf(
  ports: AssessPorts,
  target: BuildsTarget,
  repositoryId: string | undefined,
): Promise<Reading | undefined> {
  const last = await ports.records.lastReading(target);
  if (!last) return undefined;
  const builds = last.builds.filter((build) => isOfRepository(build, repositoryId));
  return builds.length === 0 && last.builds.length > 0 ? undefined : { ...last, builds };
}
