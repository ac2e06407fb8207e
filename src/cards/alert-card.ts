// The cards of alerts: one failure with everything a person needs to begin, or several things with a row each.
// A failure's card is replaced in place as it goes on, so it must read well in every state, also long after.
import type { AlertEntry } from '../domain/alert.ts';
import type { Failure } from '../domain/failure.ts';
import type { Person } from '../domain/watch.ts';
import {
  alertDetail,
  alertLead,
  alertLook,
  alertState,
  alertSubject,
  alertsTitle,
  alertTitle,
  countText,
  failedTaskText,
  lateText,
} from '../text/alert.ts';
import { listText, plainText } from '../text/plain.ts';
import { tookText } from '../text/run.ts';
import { branchWord, commandButton, linkButton, nameWord } from './buttons.ts';
import type { TemplateData, TemplateValue } from './expand-template.ts';
import { clockText, joined, markup, mentionName, momentText, safeLink } from './markup.ts';
import { type Fact, fact } from './status-card.ts';
import { alertTone } from './tone.ts';

export interface AlertOptions {
  /** Leaves out the log, the error lines and most facts. */
  readonly isCompact: boolean;
  /** Who asked for the build, when the person is in the conversation. */
  readonly mention?: Person;
}

const MAX_ROWS = 20;
const MAX_ERRORS = 3;
const MAX_ERROR_LENGTH = 300;
const MAX_LOG_LINES = 8;
const MAX_LOG_LINE_LENGTH = 160;
/** What an agent writes before a line of its log: the time, and a mark that colours the line. */
const LOG_MARKS = /^(?:\d{4}-\d\d-\d\dT[\d:.]{8,18}Z )?(?:##\[\w{1,12}\])?/;
const LOG_MARKS_LENGTH = 50;
const MUTE_FOR = '2h';
/** A failure that is older than this needs the date beside the time of day. */
const SAME_DAY_MS = 12 * 3_600_000;

/** Data of templates/alert.json. */
export function alertData(entry: AlertEntry, options: AlertOptions): TemplateData {
  const { isCompact } = options;
  const failure = isRed(entry) ? entry.facts.failure : undefined;
  const task = failedTaskText(failure);
  const errors = isCompact ? [] : shownLines(failure?.errors, MAX_ERRORS, MAX_ERROR_LENGTH);
  const log = isCompact ? [] : shownLines(failure?.logTail, -MAX_LOG_LINES, MAX_LOG_LINE_LENGTH);
  const lead = alertLead(entry);
  const late = lateText(entry);
  const facts = alertFacts(entry, options);
  return {
    ...alertTone(entry),
    title: alertTitle(entry),
    subject: subjectText(entry),
    hasLead: lead !== '',
    lead,
    hasTask: task !== '' || errors.length > 0,
    task: task === '' ? markup('What went wrong') : task,
    errors,
    hasLog: log.length > 0,
    log,
    hasFacts: facts.length > 0,
    facts,
    isLate: late !== '',
    late,
    links: [
      ...linkButton('Open run', entry.facts.build.url),
      ...(failure ? linkButton('Open log', failure.logUrl) : []),
    ],
    commands: alertButtons(entry),
  };
}

function isRed(entry: AlertEntry): boolean {
  const look = alertLook(entry);
  return look === 'failing' || look === 'settled-red';
}

/** The first lines, or with a negative `count` the last ones, without those that show nothing. */
function shownLines(lines: Failure['errors'] | undefined, count: number, maxLength: number) {
  const shown = (lines ?? [])
    .map((line) => plainText(plainText(line, maxLength + LOG_MARKS_LENGTH).replace(LOG_MARKS, ''), maxLength))
    .filter((line) => line !== '');
  return (count < 0 ? shown.slice(count) : shown.slice(0, count)).map((text) => ({ text }));
}

/** `4 runs in a row on develop since 06:12`. */
function subjectText(entry: AlertEntry): TemplateValue {
  const { first, build } = entry.facts;
  const subject = alertSubject(entry);
  if (!first || alertLook(entry) !== 'failing' || countText(entry.facts) === '') return subject;
  const isOld = (build.finishedAt ?? build.queuedAt) - first.finishedAt > SAME_DAY_MS;
  return joined(subject, ' since ', isOld ? momentText(first.finishedAt) : clockText(first.finishedAt));
}

function alertFacts({ facts }: AlertEntry, { isCompact, mention }: AlertOptions): Fact[] {
  const { build, failure } = facts;
  const requester = mention ? markup(`<at>${mentionName(mention.name)}</at>`) : plainText(build.requestedFor);
  const who = requester === '' ? [] : [fact('Requester', requester)];
  if (isCompact) return who;
  const took = tookText(build, facts.usualMs);
  const stages = (failure?.stages ?? []).length > 1 ? listText(failure?.stages ?? [], 'and', 4) : '';
  return [
    fact('Run', plainText(build.number)),
    ...(build.finishedAt === undefined ? [] : [fact('Finished', momentText(build.finishedAt))]),
    ...(took === '' ? [] : [fact('Took', took)]),
    ...(stages === '' ? [] : [fact('Failed stages', stages)]),
    ...who,
    ...(build.sourceVersion ? [fact('Commit', plainText(build.sourceVersion).slice(0, 8))] : []),
  ];
}

function alertButtons(entry: AlertEntry): TemplateData[] {
  const name = nameWord(entry.name);
  const look = alertLook(entry);
  const watch = commandButton(
    'Watch next run',
    'watch',
    name,
    branchWord(entry.facts.build.branch),
    entry.role,
  );
  const mute = commandButton(`Mute ${MUTE_FOR}`, 'mute', name, MUTE_FOR);
  if (isRed(entry)) return [...watch, ...mute];
  return look === 'flapping' ? mute : [];
}

/** Data of templates/overview.json, a row for each of several alerts. */
export function alertsData(entries: readonly AlertEntry[], isCompact: boolean): TemplateData {
  const late = [...new Set(entries.map(lateText))].filter((text) => text !== '');
  const hidden = entries.length - MAX_ROWS;
  const more = [...(hidden > 0 ? [`And ${hidden} more.`] : []), ...late.slice(0, 2)].join(' ');
  return {
    title: alertsTitle(entries),
    hasRows: entries.length > 0,
    rows: entries.slice(0, MAX_ROWS).map((entry) => alertRow(entry, isCompact)),
    hasTime: false,
    time: '',
    hasMore: more !== '',
    more,
  };
}

function alertRow(entry: AlertEntry, isCompact: boolean): TemplateData {
  const link = safeLink(entry.facts.build.url);
  return {
    ...alertTone(entry),
    name: plainText(entry.name),
    state: alertState(entry),
    hasText: !isCompact,
    text: isCompact ? '' : alertDetail(entry),
    open: link ? [{ url: link }] : [],
  };
}
