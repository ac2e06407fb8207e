// What is known of one base, in a sentence and in a word. It must not say what a gate makes of it; that is
// said in decision.ts.
import type { BuildStatus } from '../domain/build.ts';
import type { BaseAssessment } from '../domain/gate.ts';
import type { Readiness, ReadinessReason } from '../domain/readiness.ts';
import { branchText, listText, plainText } from './plain.ts';
import { failedWord, progressText, runText } from './run.ts';
import { agoText } from './time.ts';

type Known = Pick<BaseAssessment, 'base' | 'branch' | 'skippedBranches' | 'failure' | 'observedAt'> & {
  readonly readiness: Readiness;
};
type Sentence = (known: Known, now: number) => string;

const SENTENCES = {
  'base-succeeded': (known, now) => `${endedText(known, 'succeeded', now)}${canceledText(known)}`,
  'base-partially-succeeded': (known, now) =>
    `${endedText(known, 'partially succeeded', now)}${canceledText(known)}`,
  'previous-succeeded': (known, now) => {
    const running = known.readiness.runningBuild;
    const newer = running ? `run ${plainText(running.number)}` : 'a newer run';
    return `${endedText(known, successWord(known), now).slice(0, -1)} and counts while ${newer} goes on.`;
  },
  'base-running': (known, now) => runningText(known, now),
  'base-failed': (known, now) =>
    `${endedText(known, failedWord(known.readiness.build), now)}${canceledText(known)}`,
  'base-canceled': (known, now) => endedText(known, 'was canceled', now),
  'never-built': (known) => neverBuiltText(known),
  stale: (known, now) =>
    `${endedText(known, successWord(known), now).slice(0, -1)}, which is longer than the policy allows.`,
  unknown: (known, now) => unknownText(known, now),
} as const satisfies Record<ReadinessReason, Sentence>;

/** One or two sentences about a base: what happened, when, and on which branch. `now` in ms since the epoch. */
export function explainReadiness(known: Known, now: number): string {
  const text = SENTENCES[known.readiness.reason](known, now);
  const isElsewhere = known.skippedBranches.length > 0 && known.readiness.build !== undefined;
  if (!isElsewhere) return text;
  const asked = listText(known.skippedBranches.map(branchText), 'or');
  return `${text} No run on ${asked}, so ${branchText(known.branch)} answered.`;
}

const RUNNING_TITLES: Partial<Record<BuildStatus, string>> = {
  notStarted: 'Queued',
  postponed: 'Postponed',
  cancelling: 'Being canceled',
};

const TITLES = {
  'base-succeeded': () => 'Ready',
  'base-partially-succeeded': () => 'Ready with a warning',
  'previous-succeeded': () => 'Ready',
  'base-running': ({ build }) => (build && RUNNING_TITLES[build.status]) ?? 'Running',
  'base-failed': ({ build }) => (build?.status === 'abandoned' ? 'Abandoned' : 'Failed'),
  'base-canceled': () => 'Canceled',
  'never-built': () => 'Never built',
  stale: () => 'Too old',
  unknown: () => 'Unknown',
} as const satisfies Record<ReadinessReason, (readiness: Readiness) => string>;

/** The state of a base in a word or two. */
export function readinessTitle(readiness: Readiness): string {
  return TITLES[readiness.reason](readiness);
}

function successWord({ readiness: { build } }: Known): string {
  return build?.result === 'partiallySucceeded' ? 'partially succeeded' : 'succeeded';
}

function runningText({ base, readiness }: Known, now: number): string {
  const { build, expectedEndAt } = readiness;
  if (!build) return `${plainText(base.name)} is running.`;
  return `${runText(base.name, build)} ${progressText(build, expectedEndAt, now)}.`;
}

function endedText({ base, branch, readiness: { build } }: Known, verb: string, now: number): string {
  if (!build) return `${plainText(base.name)} on ${branchText(branch)} ${verb}.`;
  const when = build.finishedAt === undefined ? '' : ` ${agoText(build.finishedAt, now)}`;
  return `${runText(base.name, build)} ${verb}${when}.`;
}

function canceledText({ readiness: { canceledSkipped = 0 } }: Known): string {
  if (canceledSkipped === 0) return '';
  return canceledSkipped === 1
    ? ' One newer run was canceled and does not count.'
    : ` ${canceledSkipped} newer runs were canceled and do not count.`;
}

function neverBuiltText({
  base,
  branch,
  skippedBranches,
  readiness: { canceledSkipped = 0 },
}: Known): string {
  const asked = listText([...skippedBranches, branch].map(branchText), 'or');
  return canceledSkipped === 0
    ? `${plainText(base.name)} has no run on ${asked}.`
    : `${plainText(base.name)} has only canceled runs on ${asked}.`;
}

const CAUSES: Partial<Record<string, string>> = {
  'azure-unauthorized': 'Azure DevOps does not accept the credentials of PipeBot',
  'azure-not-found': 'Azure DevOps does not show this pipeline to PipeBot',
  'azure-throttled': 'Azure DevOps asks PipeBot to slow down',
  'azure-unavailable': 'Azure DevOps does not answer',
  'azure-invalid-response': 'Azure DevOps gave an answer that PipeBot cannot read',
  'azure-refused': 'Azure DevOps refused the question',
};

function unknownText(known: Known, now: number): string {
  const { base, branch, failure, observedAt, readiness } = known;
  const where = `${plainText(base.name)} on ${branchText(branch)}`;
  if (!failure) {
    return readiness.build
      ? `${runText(base.name, readiness.build)} has a status that PipeBot does not know.`
      : `The state of ${where} is unknown.`;
  }
  const cause =
    (Object.hasOwn(CAUSES, failure.code) && CAUSES[failure.code]) || 'Azure DevOps could not be asked';
  const unknown = `${cause}, so the state of ${where} is unknown.`;
  if (!failure.lastKnown) return `${unknown} Nothing is known from before.`;
  const { failure: _, ...before } = known;
  const last = explainReadiness({ ...before, skippedBranches: [], readiness: failure.lastKnown }, now);
  return `${unknown} Last known${observedAt === undefined ? '' : `, ${agoText(observedAt, now)}`}: ${last}`;
}
