// Alerts in words: what fails, has recovered or keeps changing, in which task, and for how long. The same words
// on cards, in messages and for the operator; none of them grow old, since a card is read long after.
import type { AlertEntry, AlertFacts, HoldReason } from '../domain/alert.ts';
import type { Failure } from '../domain/failure.ts';
import { branchText, listText, plainText } from './plain.ts';
import { failedWord, outcomeText } from './run.ts';
import { durationText } from './time.ts';

/** What a reader sees of an alert. A card of a failure is updated in place, so news of old may look different now. */
export type AlertLook = 'failing' | 'recovered' | 'flapping' | 'settled' | 'settled-red';

export function alertLook({ news, facts }: AlertEntry): AlertLook {
  const isRed = facts.colour === 'red';
  if (news === 'failing') return isRed ? 'failing' : 'recovered';
  return news === 'settled' && isRed ? 'settled-red' : news;
}

/** What happened to what, as a headline: `payments failed`. */
export function alertTitle(entry: AlertEntry): string {
  return `${plainText(entry.name)} ${TITLES[alertLook(entry)](entry.facts)}`.trim();
}

const TITLES = {
  failing: ({ build }) => failedWord(build),
  recovered: () => 'recovered',
  flapping: () => 'is flapping',
  settled: () => 'is stable again',
  'settled-red': () => 'keeps failing',
} as const satisfies Record<AlertLook, (facts: AlertFacts) => string>;

/** The state alone, in a word or two, for a row that has the name already. */
export function alertState(entry: AlertEntry): string {
  const look = alertLook(entry);
  return look === 'failing' && entry.facts.build.status === 'abandoned' ? 'Abandoned' : STATES[look];
}

const STATES = {
  failing: 'Failed',
  recovered: 'Recovered',
  flapping: 'Flapping',
  settled: 'Stable again',
  'settled-red': 'Keeps failing',
} as const satisfies Record<AlertLook, string>;

/** Several alerts as one headline: `payments and search failed`, `2 failed, 1 recovered`. */
export function alertsTitle(entries: readonly AlertEntry[]): string {
  const [first] = entries;
  if (!first) return 'No news';
  const names = [...new Set(entries.map(({ name }) => plainText(name)))];
  const looks = [...new Set(entries.map(alertLook))];
  if (names.length === 1 && looks.length === 1) return alertTitle(first);
  if (looks.length === 1 && looks[0] === 'failing' && names.length <= 3) return `${listText(names)} failed`;
  if (looks.length === 1 && looks[0] === 'recovered' && names.length <= 3)
    return `${listText(names)} recovered`;
  const counts = looks.map((look) => {
    const count = entries.filter((entry) => alertLook(entry) === look).length;
    return `${count} ${STATES[look].toLowerCase()}`;
  });
  return listText(counts);
}

/** One alert in a sentence or two, the name included, for the toast and wherever there is one line only. */
export function explainAlert(entry: AlertEntry): string {
  const { facts } = entry;
  const where = `${alertTitle(entry)} on ${branchText(facts.build.branch)}`;
  return LINES[alertLook(entry)](where, entry);
}

/** What stands under the headline: `First failure on develop`. */
export function alertSubject(entry: AlertEntry): string {
  const { facts } = entry;
  const branch = branchText(facts.build.branch);
  const look = alertLook(entry);
  if (look === 'failing') return `${countText(facts) || 'First failure'} on ${branch}`;
  const red = look === 'recovered' ? redText(facts) : '';
  return red === '' ? `On ${branch}` : `${branch} was ${red}`;
}

/** What it means for the reader, before the details; empty when the headline says it all. */
export function alertLead(entry: AlertEntry): string {
  return LEADS[alertLook(entry)](entry);
}

const LEADS = {
  failing: (entry) => blockingText(entry),
  recovered: ({ facts: { failure } }) => {
    const task = failedTaskText(failure);
    return task === '' ? '' : `The last failure was ${task}.`;
  },
  flapping: () => `It ${FLAPPING}. ${FLAPPING_RULE}`,
  settled: () => 'Several runs in a row succeeded. Messages come as usual again.',
  'settled-red': (entry) =>
    `Several runs in a row failed. Messages come as usual again. ${blockingText(entry)}`.trimEnd(),
} as const satisfies Record<AlertLook, (entry: AlertEntry) => string>;

/** What a row says under the name of its alert. */
export function alertDetail(entry: AlertEntry): string {
  const text = DETAILS[alertLook(entry)](entry);
  return `On ${branchText(entry.facts.build.branch)}: ${text}`;
}

const DETAILS = {
  failing: (entry) =>
    `${countText(entry.facts) || 'first failure'}${inTask(entry.facts, ', ')}. ${blockingText(entry)}`.trimEnd(),
  recovered: ({ facts }) => `${redText(facts) || outcomeText(facts.build)}.`,
  flapping: () => `it ${FLAPPING}.`,
  settled: () => 'several runs in a row succeeded.',
  'settled-red': (entry) =>
    `several runs in a row failed${inTask(entry.facts, ', ')}. ${blockingText(entry)}`.trimEnd(),
} as const satisfies Record<AlertLook, (entry: AlertEntry) => string>;

const FLAPPING = 'goes back and forth between red and green';

const LINES = {
  failing: (where, entry) => {
    const count = countText(entry.facts);
    const text = `${where}${count && `, ${count}`}${inTask(entry.facts, ': ')}.`;
    return `${text} ${blockingText(entry)}`.trimEnd();
  },
  recovered: (where, { facts }) => {
    const red = redText(facts);
    return `${where}${red && `: ${red}`}.`;
  },
  flapping: (where) => `${where}: it ${FLAPPING}. ${FLAPPING_RULE}`,
  settled: (where) => `${where}: several runs in a row succeeded.`,
  'settled-red': (where, entry) => `${where}${inTask(entry.facts, ': ')}. ${blockingText(entry)}`.trimEnd(),
} as const satisfies Record<AlertLook, (where: string, entry: AlertEntry) => string>;

/** What a flapping alert means for those who read it. */
const FLAPPING_RULE = 'No more messages until several runs in a row end alike.';

/** `4 runs in a row`; empty for a single one. */
export function countText({ failedBuilds }: AlertFacts): string {
  return failedBuilds > 1 ? `${failedBuilds} runs in a row` : '';
}

/** `red for 46 min, 4 failed runs`; empty when nothing is known of the failures. */
export function redText(facts: AlertFacts): string {
  const { failedBuilds } = facts;
  const redFor = redMs(facts);
  if (redFor === undefined || failedBuilds < 1) return '';
  const count = failedBuilds === 1 ? '1 failed run' : `${failedBuilds} failed runs`;
  return `red for ${durationText(redFor)}, ${count}`;
}

/** From the end of the first build that failed to that of the newest, in ms. */
function redMs({ first, build }: AlertFacts): number | undefined {
  return first === undefined || build.finishedAt === undefined
    ? undefined
    : build.finishedAt - first.finishedAt;
}

/** `npm test in stage Build`; empty when the timeline did not tell. */
export function failedTaskText(failure: Failure | undefined): string {
  const task = plainText(failure?.task);
  const stages = (failure?.stages ?? []).filter((stage) => plainText(stage) !== '');
  if (stages.length === 0) return task;
  const where = `stage${stages.length === 1 ? '' : 's'} ${listText(stages, 'and', 3)}`;
  if (task === '') return where;
  // The first task that failed is in the first stage that did.
  return `${task} in stage ${plainText(stages[0])}`;
}

function inTask({ failure }: AlertFacts, before: string): string {
  const task = failedTaskText(failure);
  return task === '' ? '' : `${before}${task}`;
}

/** Whom a base that fails keeps from building; empty when nobody. */
export function blockingText({ role, blocks }: AlertEntry): string {
  if (role !== 'base' || blocks.length === 0) return '';
  return `It blocks ${listText(blocks, 'and', 5)}.`;
}

/** Why it comes later than it happened; empty when it does not. */
export function lateText({ heldBy, base }: AlertEntry): string {
  return heldBy === undefined ? '' : `Told late: ${LATE[heldBy](plainText(base) || 'its base')}.`;
}

const LATE = {
  muted: () => 'it was muted',
  'quiet-hours': () => 'it happened in the quiet hours',
  inhibited: (base) => `it was held back while ${base} was red`,
} as const satisfies Record<Exclude<HoldReason, 'grouping'>, (base: string) => string>;

/** One more failure of what people know to fail, after the headline `payments failed again`. */
export function explainRepeat({ facts }: AlertEntry): string {
  const { build } = facts;
  const red = redMs(facts);
  const streak = countText(facts);
  const since = red === undefined ? '' : `, red for ${durationText(red)}`;
  const count = streak === '' ? '' : `${streak}${since}. `;
  const run = `Run ${plainText(build.number)} on ${branchText(build.branch)} ${failedWord(build)}`;
  return `${count}${run}${inTask(facts, ': ')}.`;
}

export function repeatTitle({ name, facts }: AlertEntry): string {
  return `${plainText(name)} ${failedWord(facts.build)} again`.trim();
}
