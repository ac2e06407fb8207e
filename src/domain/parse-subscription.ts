// Reads the filters of a `subscribe`, as words in any order: `failures branch:release/* reason:ci,pr`, or as people
// say it: `on develop`. Pure; every word is looked at once, since anybody can type anything.
import { toBranchRef } from './branch.ts';
import type { FilterProblem } from './content.ts';
import { isGlob, MAX_GLOB_LENGTH } from './glob.ts';
import { nearestNames } from './service.ts';
import {
  DELIVERY_STYLES,
  type DeliveryStyle,
  isPlainBranch,
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
      if (before !== undefined) return problem('repeated', word, onlyOnce(filter, before));
      said.set(filter.name, filter.value);
    } else if (!FILLERS.has(word.toLowerCase()) && !isMarkerOfMarker(words, at)) {
      return problem('word', word, meantBy(word));
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

/** As people write the branch, so that one branch has one spelling. */
function toBranchGlob(typed: string): string | undefined {
  const glob = typed.replace(/^refs\/heads\//, '');
  if (!isGlob(glob)) return undefined;
  return isPlainBranch(glob) && toBranchRef(glob) === undefined ? undefined : glob;
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
  return { kind: 'problem', problem, typed: typed.slice(0, MAX_SHOWN).toWellFormed(), suggestion };
}

function onlyOnce({ name, value }: FilterAt, before: string): string {
  if (name === 'events') return before.toLowerCase();
  return shown(name, name === 'reason' ? `${before},${value}` : before);
}

function nearest(words: readonly [string, ...string[]], typed: string): string {
  return nearestNames(words, typed)[0] ?? words[0];
}

/** What somebody who typed this probably meant, as a word that would have been understood. */
function meantBy(word: string): string {
  const { name, value } = splitAtColon(word);
  const filter = nearestNames(FILTER_NAMES, name)[0];
  if (value !== undefined) return shown(filter ?? 'branch', value);
  const known = [...SUBSCRIBED_EVENTS, ...DELIVERY_STYLES, ...REASON_FILTERS];
  const meant = known.find((each) => each === name) ?? nearestNames(known, name)[0];
  if (oneOf(SUBSCRIBED_EVENTS, meant ?? '')) return meant ?? '';
  if (oneOf(DELIVERY_STYLES, meant ?? '')) return `style:${meant}`;
  if (meant !== undefined) return `reason:${meant}`;
  return filter === undefined && isGlob(word) ? shown('branch', word) : 'branch:develop';
}

function shown(name: string, value: string): string {
  const short = value.slice(0, MAX_SHOWN).toWellFormed();
  return `${name}:${/\s/.test(short) ? `"${short}"` : short}`;
}
