// The card that answers "is the base ready for X?": the verdict, the sentence, the facts behind it, the other
// bases and the way to the run. It must not judge; the answer brings the decision along.
import type { Build } from '../domain/build.ts';
import type { StatusAnswer } from '../domain/content.ts';
import type { BaseAssessment, GateDecision, GateVerdict } from '../domain/gate.ts';
import { explainDecision, verdictTitle } from '../text/decision.ts';
import { branchText, listText, plainText } from '../text/plain.ts';
import { explainReadiness, readinessTitle } from '../text/readiness.ts';
import { durationText } from '../text/time.ts';
import type { TemplateData, TemplateValue } from './expand-template.ts';
import { clockText, joined, type Markup, markup, momentText, safeLink } from './markup.ts';
import { decisionTone, readinessTone } from './tone.ts';

const MAX_OTHER_BASES = 8;

const GATE_TEXTS = {
  continue: 'continues',
  wait: 'waits',
  stop: 'stops',
} as const satisfies Record<GateVerdict, string>;

export type Fact = { readonly title: Markup; readonly value: TemplateValue };

/** The name that was asked for: a service's or a base's. */
export function namedText({ named }: Pick<StatusAnswer, 'named'>): string {
  return plainText(named.kind === 'service' ? named.service.name : named.base.name);
}

/** Data of templates/status.json. `isCompact` leaves out everything but verdict, sentence and button. */
export function statusData(answer: StatusAnswer, isCompact: boolean): TemplateData {
  const { decision, assessments, answeredAt } = answer;
  const others = assessments.filter(({ base }) => base.name !== decision.assessment.base.name);
  const build = decision.assessment.readiness.build ?? decision.assessment.failure?.lastKnown?.build;
  const link = build && safeLink(build.url);
  const runningLink = safeLink(decision.assessment.readiness.runningBuild?.url);
  return {
    ...decisionTone(decision),
    title: verdictTitle(decision),
    subject: `${namedText(answer)} on ${branchText(answer.branch)}`,
    sentence: explainDecision(answer),
    hasFacts: !isCompact,
    facts: isCompact ? [] : statusFacts(answer, build),
    hasOthers: !isCompact && others.length > 0,
    others: isCompact ? [] : others.slice(0, MAX_OTHER_BASES).map((other) => otherBase(other, answeredAt)),
    hasMoreOthers: !isCompact && others.length > MAX_OTHER_BASES,
    moreOthers: `and ${others.length - MAX_OTHER_BASES} more`,
    footer: readAtText(decision.assessment),
    hasLink: link !== undefined,
    link: link ?? '',
    hasRunningLink: runningLink !== undefined,
    runningLink: runningLink ?? '',
  };
}

function statusFacts({ decision, answeredAt }: StatusAnswer, build: Build | undefined): Fact[] {
  const { assessment, verdict } = decision;
  const { base, readiness } = assessment;
  return [
    fact('Base', base.name),
    ...(build ? buildFacts(build) : []),
    ...progressFacts(build, readiness.expectedEndAt, answeredAt),
    fact('Branch', askedBranchText(assessment, build)),
    ...(build?.requestedFor ? [fact('Requester', plainText(build.requestedFor))] : []),
    ...(build?.sourceVersion ? [fact('Commit', plainText(build.sourceVersion).slice(0, 8))] : []),
    fact('Gate', GATE_TEXTS[verdict]),
    ...holdFacts(decision),
  ];
}

/** Also where the bases stop the gate anyway, so that nobody is surprised later. */
function holdFacts({ hold }: GateDecision): Fact[] {
  // Decisions of earlier versions do not say when.
  if (hold?.kind !== 'held' || hold.at === undefined) return [];
  const until = hold.until === undefined ? [] : [', until ', momentText(hold.until)];
  const because = plainText(hold.because, 300);
  return [
    fact('Held', joined(`by ${plainText(hold.by) || 'somebody'} since `, momentText(hold.at), ...until)),
    ...(because === '' ? [] : [fact('Because', because)]),
  ];
}

/** Which run it is and when it was queued, started or finished. */
export function buildFacts(build: Build): Fact[] {
  const { startedAt, finishedAt, queuedAt } = build;
  const run = fact('Run', plainText(build.number));
  if (finishedAt !== undefined) {
    const took = startedAt === undefined ? [] : [fact('Took', durationText(finishedAt - startedAt))];
    return [run, fact('Finished', momentText(finishedAt)), ...took];
  }
  return [
    run,
    startedAt === undefined ? fact('Queued', momentText(queuedAt)) : fact('Started', momentText(startedAt)),
  ];
}

/** How long a run usually takes and when it will probably end. `now` in ms since the epoch. */
export function progressFacts(build: Build | undefined, endAt: number | undefined, now: number): Fact[] {
  if (build?.startedAt === undefined || endAt === undefined) return [];
  const rest = endAt > now ? ` (in ${durationText(endAt - now)})` : ' (overdue)';
  return [
    fact('Usually', durationText(endAt - build.startedAt)),
    fact('Expected', joined(clockText(endAt), rest)),
  ];
}

/** A row of the facts; `title` is ours. */
export function fact(title: string, value: TemplateValue): Fact {
  return { title: markup(title), value };
}

function askedBranchText({ branch, skippedBranches }: BaseAssessment, build: Build | undefined): string {
  if (skippedBranches.length === 0) return branchText(branch);
  if (!build) return listText([...skippedBranches, branch].map(branchText), 'and', 4);
  return `${branchText(branch)} (asked for ${listText(skippedBranches.map(branchText), 'and', 3)})`;
}

function otherBase(assessment: BaseAssessment, now: number): TemplateData {
  const { readiness, base } = assessment;
  const link = safeLink(readiness.build?.url);
  return {
    ...readinessTone(readiness),
    name: base.name,
    state: readinessTitle(readiness),
    text: explainReadiness(assessment, now),
    open: link ? [{ url: link }] : [],
  };
}

function readAtText({ observedAt }: BaseAssessment): TemplateValue {
  if (observedAt === undefined) return markup('Azure DevOps has not been read yet.');
  return joined('As of ', momentText(observedAt), ', read from Azure DevOps.');
}
