// The gate's decision in words: the sentence and the headline that the card, the gate's answer and the log
// share. It must not decide anything.
import type { GateDecision, GateReason } from '../domain/gate.ts';
import type { ReadinessReason } from '../domain/readiness.ts';
import { listText, plainText, sentence } from './plain.ts';
import { explainReadiness, readinessTitle } from './readiness.ts';
import { agoText, durationText, isJustNow } from './time.ts';

export interface ExplainedAnswer {
  readonly decision: GateDecision;
  /** Ms since the epoch. */
  readonly answeredAt: number;
  /** When the caller began to ask, ms since the epoch; known for gates, and then a timeout says how long. */
  readonly askedAt?: number;
}

/** What decided, when and on which branch, in plain English for a person; one sentence where one is enough. */
export function explainDecision(answer: ExplainedAnswer): string {
  return `${REASONS[answer.decision.reason](answer)}${unseenText(answer.decision)}${callerText(answer.decision)}`;
}

/** The decision as a headline of one to three words: `Ready`, `Running`, `Too old`. */
export function verdictTitle(decision: GateDecision): string {
  return TITLES[decision.reason](decision);
}

const READINESS_REASONS = {
  'base-succeeded': readinessText,
  'base-partially-succeeded': (answer) => {
    const accepts = answer.decision.verdict === 'stop' ? 'does not accept' : 'accepts';
    return `${readinessText(answer)} The policy ${accepts} partial success.`;
  },
  'previous-succeeded': readinessText,
  'base-running': readinessText,
  'base-failed': readinessText,
  'base-canceled': (answer) => `${readinessText(answer)} The policy does not look past canceled runs.`,
  'never-built': (answer) => {
    const allowed = ' The policy lets the gate continue all the same.';
    return `${readinessText(answer)}${answer.decision.verdict === 'continue' ? allowed : ''}`;
  },
  stale: readinessText,
  unknown: readinessText,
} as const satisfies Record<ReadinessReason, (answer: ExplainedAnswer) => string>;

const REASONS: Record<GateReason, (answer: ExplainedAnswer) => string> = {
  ...READINESS_REASONS,
  settling: (answer) => {
    const isForCommit = answer.decision.assessment.commitBuilds?.length === 0;
    const waitsFor = isForCommit
      ? 'Waiting for a run of the commit to appear.'
      : 'Waiting a little in case a newer run is queued.';
    return `${waitsFor} So far: ${readinessText(answer)}`;
  },
  held: (answer) => `${holdText(answer, 'holds')} ${holdEndText(answer)}`,
  released: (answer) => `${holdText(answer, 'released')} ${readinessText(answer)}`,
  'timed-out': (answer) => {
    const { waitedFor, assessment } = answer.decision;
    const waited =
      answer.askedAt === undefined
        ? 'The time to wait is over'
        : `Gave up after ${durationText(answer.answeredAt - answer.askedAt)}`;
    const reason: GateReason = waitedFor ?? assessment.readiness.reason;
    return `${waited}: ${REASONS[reason]({ ...answer, decision: { ...answer.decision, reason } })}`;
  },
  'gate-cycle': ({ decision: { assessment, cycle } }) => {
    const base = plainText(assessment.base.name);
    const [, ...others] = cycle?.services ?? [];
    if (others.length === 0)
      return `This gate is part of a circle: ${base} waits for the run that asks, so waiting for it would never end.`;
    return `This gate is part of a circle: ${base} is built by ${listText(others, 'and', 4)}, which in turn wait for this service, so waiting for it would never end.`;
  },
};

function stateTitle({ assessment }: GateDecision): string {
  return readinessTitle(assessment.readiness);
}

const TITLES = {
  'base-succeeded': stateTitle,
  'base-partially-succeeded': (decision) =>
    decision.verdict === 'stop' ? 'Partially succeeded' : stateTitle(decision),
  'previous-succeeded': stateTitle,
  'base-running': stateTitle,
  'base-failed': stateTitle,
  'base-canceled': stateTitle,
  'never-built': stateTitle,
  stale: stateTitle,
  unknown: stateTitle,
  settling: () => 'Settling',
  held: () => 'Held',
  released: () => 'Released',
  'timed-out': () => 'Timed out',
  'gate-cycle': () => 'Waits for itself',
} as const satisfies Record<GateReason, (decision: GateDecision) => string>;

function readinessText({ decision: { assessment }, answeredAt }: ExplainedAnswer): string {
  return explainReadiness(assessment, answeredAt);
}

/** `Ana Ferreira has held this gate for 12 min: migration.` */
function holdText({ decision: { hold }, answeredAt }: ExplainedAnswer, verb: 'holds' | 'released'): string {
  const who = plainText(hold?.by) || 'Somebody';
  const because = plainText(hold?.because, 300);
  const did = `${who} ${orderText(hold?.at ?? answeredAt, answeredAt, verb)}`;
  return sentence(`${did}${because === '' ? '' : `: ${because}`}`);
}

function orderText(at: number, now: number, verb: 'holds' | 'released'): string {
  if (verb === 'released') return `released this gate ${agoText(at, now)}`;
  return isJustNow(at, now)
    ? 'has just begun to hold this gate'
    : `has held this gate for ${durationText(now - at)}`;
}

function holdEndText({ decision: { hold, verdict }, answeredAt }: ExplainedAnswer): string {
  const until =
    hold?.until === undefined ? '' : `, for another ${durationText(hold.until - answeredAt)} at most`;
  return verdict === 'stop'
    ? `Callers stop until it is released${until}.`
    : `It waits until it is released${until}.`;
}

function unseenText({ isCommitUnseen }: GateDecision): string {
  return isCommitUnseen ? ' No run of the commit has appeared, so the latest run answered.' : '';
}

function callerText({ isCallerOver }: GateDecision): string {
  return isCallerOver ? ' The run that asked has ended, so nobody waits any more.' : '';
}
