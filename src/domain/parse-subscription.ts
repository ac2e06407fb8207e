// Reads the filters of a `subscribe`, as words in any order: `failures branch:release/* reason:ci,pr`, or as people
// say it: `on develop`. Pure; every word is looked at once, since anybody can type anything.
import { namesSeveralBranches, suggestedBranch, toBranchGlob } from './branch-filter.ts';
import type { FilterProblem } from './content.ts';
import { MAX_GLOB_LENGTH } from './glob.ts';
import { nearestNames } from './service.ts';
import {
  DELIVERY_STYLES,
  type DeliveryStyle,
  REASON_FILTERS,
  type ReasonFilter,
  SUBSCRIBED_EVENTS,
  type SubscribedEvents,
  type Subscription,
} from './subscription.ts';

export type SubscriptionFilters = Pick<Subscription, 'events' | 'branch' | 'reasons' | 'stage' | 'style'>;

export type ParsedFilters =
  | { readonly kind: 'filters'; readonly filters: SubscriptionFilters }
  | {
      readonly kind: 'problem';
      readonly problem: FilterProblem;
      readonly typed: string;
      /** The word that was probably meant, or one that would do. */
      readonly suggestion: string;
    };

const FILTER_NAMES = ['events', 'branch', 'reason', 'stage', 'style'] as const;
type FilterWord = (typeof FILTER_NAMES)[number];

/** Words before a filter's value where people leave out the colon. */
const MARKERS: ReadonlyMap<string, FilterWord> = new Map<string, FilterWord>([
  ...FILTER_NAMES.map((name) => [name, name] as const),
  ...(['on', 'at', 'in'] as const).map((word) => [word, 'branch'] as const),
]);
const FILLERS = new Set('to and only with for of the about please builds runs when me'.split(' '));
const EVENT_WORDS: ReadonlyMap<string, SubscribedEvents> = new Map<string, SubscribedEvents>([
  ...SUBSCRIBED_EVENTS.map((events) => [events, events] as const),
  ['failure', 'failures'],
  ['failed', 'failures'],
  ['recovery', 'recoveries'],
  ['everything', 'all'],
]);

const MAX_SHOWN = 60;

/** Whether a word is a filter rather than the name of a service. */
export function isFilterWord(word: string): boolean {
  return readAt([word, ''], 0) !== undefined;
}

/** The filters that the words after the service say; what is not said is `failures`, told by `update`. */
export function parseFilters(words: readonly string[]): ParsedFilters {
  const said = new Map<FilterWord, string>();
  for (let at = 0; at < words.length; ) {
    const word = words[at] ?? '';
    const filter = readAt(words, at);
    if (filter) {
      const before = said.get(filter.name);
      const both = before === undefined ? undefined : failuresAndRecoveries(filter, before);
      if (before !== undefined && both === undefined)
        return problem('repeated', word, onlyOnce(filter, before));
      said.set(filter.name, both ?? filter.value);
    } else if (!FILLERS.has(word.toLowerCase()) && !isMarkerOfMarker(words, at)) {
      return problem('word', word, meantBy(word, said.get('reason')));
    }
    at += filter?.length ?? 1;
  }
  return toFilters(said);
}

interface FilterAt {
  readonly name: FilterWord;
  readonly value: string;
  /** How many words it takes. */
  readonly length: number;
}

function readAt(words: readonly string[], at: number): FilterAt | undefined {
  const word = words[at] ?? '';
  const next = words[at + 1];
  const { name, value } = splitAtColon(word);
  const filter = FILTER_NAMES.find((each) => each === name);
  if (filter && value !== undefined) {
    return value === '' && next !== undefined
      ? { name: filter, value: next, length: 2 }
      : { name: filter, value, length: 1 };
  }
  if (EVENT_WORDS.has(word.toLowerCase())) return { name: 'events', value: word, length: 1 };
  const marked = MARKERS.get(word.toLowerCase());
  const isValue = next !== undefined && !FILLERS.has(next.toLowerCase()) && !isMarkerOfMarker(words, at);
  return marked && isValue ? { name: marked, value: next, length: 2 } : undefined;
}

/** "on the branch develop", "on branch:develop": the words before the last marker add nothing. */
function isMarkerOfMarker(words: readonly string[], at: number): boolean {
  if (!MARKERS.has(words[at]?.toLowerCase() ?? '')) return false;
  const [next, afterNext] = [words[at + 1] ?? '', words[at + 2]];
  const { name, value } = splitAtColon(next);
  const isFilter = value !== undefined && FILTER_NAMES.some((each) => each === name);
  return isFilter || FILLERS.has(name) || (afterNext !== undefined && MARKERS.has(name));
}

/** `branch:x` and `branch=x` → branch, x; the value is undefined without a colon. */
function splitAtColon(word: string): { readonly name: string; readonly value?: string } {
  const at = word.search(/[:=]/);
  if (at < 0) return { name: word.toLowerCase() };
  return { name: word.slice(0, at).toLowerCase(), value: word.slice(at + 1).trim() };
}

function toFilters(said: ReadonlyMap<FilterWord, string>): ParsedFilters {
  const [typedEvents = 'failures', typedStyle = 'update'] = [said.get('events'), said.get('style')];
  const events = EVENT_WORDS.get(typedEvents.toLowerCase());
  if (!events) return problem('events', typedEvents, nearest(SUBSCRIBED_EVENTS, typedEvents));
  const style = oneOf<DeliveryStyle>(DELIVERY_STYLES, typedStyle);
  if (!style) return problem('style', typedStyle, `style:${nearest(DELIVERY_STYLES, typedStyle)}`);
  const typedBranch = said.get('branch');
  if (typedBranch !== undefined && namesSeveralBranches(typedBranch))
    return problem('branches', typedBranch, suggestedBranch(typedBranch, 'release/*'));
  const branch = typedBranch === undefined ? undefined : toBranchGlob(typedBranch);
  if (typedBranch !== undefined && branch === undefined)
    return problem('branch', typedBranch, 'branch:release/*');
  const typedReasons = said.get('reason')?.split(',') ?? [];
  const wrong = typedReasons.find((word) => !oneOf<ReasonFilter>(REASON_FILTERS, word));
  if (wrong !== undefined) return problem('reason', wrong, `reason:${nearest(REASON_FILTERS, wrong)}`);
  const reasons = REASON_FILTERS.filter((reason) => typedReasons.some((word) => oneOf([reason], word)));
  const stage = said.get('stage');
  if (stage !== undefined && !isStageGlob(stage)) return problem('stage', stage, 'stage:"Deploy to prod"');
  return {
    kind: 'filters',
    filters: {
      ...{ events, reasons, style },
      ...(branch === undefined ? {} : { branch }),
      ...(stage === undefined ? {} : { stage }),
    },
  };
}

/** A stage's name may hold blanks and almost anything else. */
function isStageGlob(text: string): boolean {
  return text !== '' && text.length <= MAX_GLOB_LENGTH && !/\p{Cc}/u.test(text);
}

function oneOf<Word extends string>(words: readonly Word[], typed: string): Word | undefined {
  const wanted = typed.trim().toLowerCase();
  return words.find((word) => word === wanted);
}

function problem(problem: FilterProblem, typed: string, suggestion: string): ParsedFilters {
  // Of a filter without a value its name is shown.
  const shown = typed === '' ? `${problem}:` : typed.slice(0, MAX_SHOWN).toWellFormed();
  return { kind: 'problem', problem, typed: shown, suggestion };
}

/** "failures and recoveries" is how PipeBot itself calls what "failures" means. */
function failuresAndRecoveries({ name, value }: FilterAt, before: string): SubscribedEvents | undefined {
  if (name !== 'events') return undefined;
  const events = new Set([before, value].map((word) => EVENT_WORDS.get(word.toLowerCase())));
  return events.size === 2 && events.has('failures') && events.has('recoveries') ? 'failures' : undefined;
}

function onlyOnce({ name, value }: FilterAt, before: string): string {
  if (name === 'events') return before.toLowerCase();
  return shown(name, name === 'reason' ? `${before},${value}` : before);
}

function nearest(words: readonly [string, ...string[]], typed: string): string {
  return nearestNames(words, typed)[0] ?? words[0];
}

/**
 * What somebody who typed this probably meant, as a word that would have been understood.
 * @param reasonsBefore those said already: "reason:ci, pr" has a blank too many
 */
function meantBy(word: string, reasonsBefore = ''): string {
  const { name, value } = splitAtColon(word);
  const filter = nearestNames(FILTER_NAMES, name)[0];
  if (value !== undefined)
    return filter && filter !== 'branch' ? shown(filter, value) : suggestedBranch(value, 'develop');
  const known = [...SUBSCRIBED_EVENTS, ...DELIVERY_STYLES, ...REASON_FILTERS];
  const meant = known.find((each) => each === name) ?? nearestNames(known, name)[0];
  if (oneOf(SUBSCRIBED_EVENTS, meant ?? '')) return meant ?? '';
  if (oneOf(DELIVERY_STYLES, meant ?? '')) return `style:${meant}`;
  if (meant !== undefined) {
    const before = reasonsBefore.split(',').filter((each) => oneOf(REASON_FILTERS, each));
    return `reason:${[...before, meant].join(',')}`;
  }
  return suggestedBranch(filter === undefined ? word : '', 'develop');
}

function shown(name: string, value: string): string {
  const short = value.slice(0, MAX_SHOWN).toWellFormed();
  return `${name}:${/\s/.test(short) ? `"${short}"` : short}`;
}
