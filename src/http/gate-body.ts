// The bodies that pipelines read; their fields are an interface that stays. Values in, plain objects out.
import type { GateVerdict } from '../domain/gate.ts';
import type { Readiness } from '../domain/readiness.ts';
import { explainDecision } from '../text/decision.ts';
import type { GateAnswer } from '../usecases/answer-gate.ts';

/** How things stand at a gate; without a decision, which only an answer has. */
export interface GateProgressBody {
  readonly id: string;
  readonly reason: string;
  readonly message: string;
  readonly service: string;
  readonly branch: string;
  readonly base: Readonly<Record<string, unknown>>;
  readonly observedAt?: string;
}

export interface GateBody extends GateProgressBody {
  readonly decision: GateVerdict;
  readonly retryAfterSeconds?: number;
}

/** An answer as JSON has it, whichever way it travels. */
export function toGateBody(answered: GateAnswer): GateBody {
  const { verdict } = answered.answer.decision;
  const { id, ...rest } = toGateProgressBody(answered);
  return {
    id,
    decision: verdict,
    ...rest,
    ...(verdict === 'wait' ? { retryAfterSeconds: Math.ceil(answered.retryAfterMs / 1_000) } : {}),
  };
}

/** The same without the decision, so that nobody who looks for one finds it before it is there. */
export function toGateProgressBody(answered: GateAnswer): GateProgressBody {
  const { decision } = answered.answer;
  const { base, readiness, observedAt } = decision.assessment;
  const { build } = readiness;
  return {
    id: answered.id,
    reason: decision.reason,
    message: explainDecision(answered.answer),
    service: answered.service,
    branch: answered.branch,
    base: {
      name: base.name,
      definitionId: base.definition.definitionId,
      ...(build
        ? {
            buildId: build.id,
            buildNumber: build.number,
            status: build.status,
            result: build.result,
            url: build.url,
            ...(readiness.status === 'running' ? timesOf(readiness) : {}),
          }
        : {}),
    },
    ...(observedAt === undefined ? {} : { observedAt: new Date(observedAt).toISOString() }),
  };
}

/** Since when a base runs, and when it will probably end, as far as that is known. */
function timesOf({ build, expectedEndAt }: Readiness): object {
  const toText = (at: number) => new Date(at).toISOString();
  return {
    ...(build?.startedAt === undefined ? {} : { startedAt: toText(build.startedAt) }),
    ...(expectedEndAt === undefined ? {} : { expectedEndAt: toText(expectedEndAt) }),
  };
}
