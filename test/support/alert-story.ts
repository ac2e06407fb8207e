// A small language for what one subscription hears over time: what happens when, and what is told between when and
// when. Whatever is not expected must not be told. It plays the domain alone; there is no server behind it.
import { expect, it } from 'vitest';
import type { AlertNews, AlertOutcome } from '../../src/domain/alert.ts';
import type { Build } from '../../src/domain/build.ts';
import { parseQuietSpan } from '../../src/domain/quiet-hours.ts';
import { type Happening, type Heard, type Played, playAlerts, type Wishes } from './alert-desk.ts';
import { buildOf } from './build-of.ts';

/** Seconds since the story began, or a time of the clock: the first such after eight in the evening, in UTC. */
export type When = number | `${number}:${number}`;

const BEGIN = Date.UTC(2026, 10, 22, 20);
const END = BEGIN + 3 * 24 * 3_600_000;

interface Ending {
  readonly reason?: string;
  /** When it was queued; unless said, just when it ended, so that the last to end counts. */
  readonly queuedAt?: When;
  /** The stages that failed. */
  readonly stages?: readonly string[];
}

interface Details {
  readonly failedBuilds?: number;
  readonly redForSeconds?: number;
  readonly heldBy?: string;
}

export interface Words {
  /** Begins a sentence about what happens. */
  at(when: When): Deeds;
  /** Begins a sentence about news; each is told exactly once. */
  expectTold(news: AlertNews, details?: Details): { between(from: When, to: When): void };
  /** The card of the alert changes in place, and shows this from then on. */
  expectCard(shows: AlertNews, details?: Pick<Details, 'failedBuilds'>): { at(when: When): void };
  expectResult(): { at(when: When): void };
  /** What `why` says of the last build at the end of the story. */
  expectWhy(code: AlertOutcome['code'], by?: string): void;
  /** Hours of every day in which nothing disturbs. */
  quietHours(span: string, timeZone?: string): void;
  wants(wishes: Partial<Wishes>): void;
}

interface Deeds {
  fails(ending?: Ending): void;
  succeeds(ending?: Ending): void;
  partlySucceeds(ending?: Ending): void;
  isCanceled(ending?: Ending): void;
  /** The last build that ended, once more under its id. */
  failsAgainUnderItsId(): void;
  succeedsUnderItsId(): void;
  isCanceledUnderItsId(): void;
  isMutedUntil(when: When): void;
  isUnmuted(): void;
  itsBaseFails(): void;
  itsBaseRecovers(): void;
  subscribes(): void;
}

type Check = (played: Played, left: Heard[]) => void;

/** One story, as a test. */
export function story(title: string, tell: (words: Words) => void): void {
  it(title, () => {
    const book = new Book();
    tell(book);
    book.close();
  });
}

class Book implements Words {
  readonly #happenings: Happening[] = [];
  readonly #checks: Check[] = [];
  readonly #builds: Build[] = [];
  #wishes: Wishes = { events: 'failures', reasons: [] };

  readonly at = (when: When): Deeds => {
    const at = timeOf(when);
    const happens = (happening: Happening) => void this.#happenings.push(happening);
    const ends = (result: Build['result'], ending: Ending = {}, id = this.#builds.length + 1) => {
      const { reason = 'individualCI', stages, queuedAt = when } = ending;
      const known = this.#builds.findLast((build) => build.id === id);
      const queued = known?.queuedAt ?? timeOf(queuedAt);
      const build = buildOf({ id, reason, queuedAt: queued, finishedAt: at, ...(result ? { result } : {}) });
      this.#builds.push(build);
      happens({
        ...{ kind: 'build', at, build },
        ...(stages ? { failure: { stages, errors: [], logTail: [] } } : {}),
      });
    };
    const lastId = () => this.#builds.at(-1)?.id;
    return {
      fails: (ending) => ends('failed', ending),
      succeeds: (ending) => ends('succeeded', ending),
      partlySucceeds: (ending) => ends('partiallySucceeded', ending),
      isCanceled: (ending) => ends('canceled', ending),
      failsAgainUnderItsId: () => ends('failed', {}, lastId()),
      succeedsUnderItsId: () => ends('succeeded', {}, lastId()),
      isCanceledUnderItsId: () => ends('canceled', {}, lastId()),
      isMutedUntil: (until) => happens({ kind: 'mute', at, until: timeOf(until) }),
      isUnmuted: () => happens({ kind: 'unmute', at }),
      itsBaseFails: () => happens({ kind: 'base', at, broken: 'python-base' }),
      itsBaseRecovers: () => happens({ kind: 'base', at }),
      subscribes: () => happens({ kind: 'subscribe', at }),
    };
  };

  readonly expectTold: Words['expectTold'] = (news, details = {}) => ({
    between: (from, to) => {
      this.#expect(`'${news}' ${JSON.stringify(details)} told between ${from} and ${to}`, (heard) => {
        if (heard.kind !== 'told' || heard.news !== news) return false;
        const isInTime = heard.at >= timeOf(from) && heard.at <= timeOf(to);
        return isInTime && Object.entries(details).every(([key, value]) => detailsOf(heard)[key] === value);
      });
    },
  });

  readonly expectCard: Words['expectCard'] = (shows, { failedBuilds } = {}) => ({
    at: (when) => {
      this.#expect(`a card that shows '${shows}' at ${when}`, (heard) => {
        if (heard.kind !== 'card' || heard.shows !== shows || heard.at !== timeOf(when)) return false;
        return failedBuilds === undefined || heard.facts.failedBuilds === failedBuilds;
      });
    },
  });

  readonly expectResult: Words['expectResult'] = () => ({
    at: (when) => {
      this.#expect(`a result at ${when}`, (heard) => heard.kind === 'result' && heard.at === timeOf(when));
    },
  });

  readonly expectWhy: Words['expectWhy'] = (code, by) => {
    const last = this.#builds.at(-1)?.id ?? 0;
    this.#checks.push(({ outcomes }) => {
      expect(outcomes.get(last)).toMatchObject({ code, ...(by === undefined ? {} : { by }) });
    });
  };

  readonly quietHours: Words['quietHours'] = (text, timeZone = 'UTC') => {
    const span = parseQuietSpan(text);
    if (!span) throw new TypeError(`${text} is no span`);
    this.#wishes = { ...this.#wishes, quiet: { ...span, timeZone } };
  };

  readonly wants: Words['wants'] = (wishes) => {
    this.#wishes = { ...this.#wishes, ...wishes };
  };

  #expect(sentence: string, fits: (heard: Heard) => boolean): void {
    this.#checks.push(({ heard }, left) => {
      const index = left.findIndex(fits);
      expect(index, `expected ${sentence}; heard:\n${heard.map(shown).join('\n')}`).not.toBe(-1);
      left.splice(index, 1);
    });
  }

  /** Plays the story, and compares. A story that tells of no card or repeat does not care for them. */
  close(): void {
    const played = playAlerts(this.#happenings, this.#wishes, END);
    const left = [...played.heard];
    for (const check of this.#checks) check(played, left);
    const surplus = left.filter(({ kind }) => kind === 'told' || kind === 'result');
    expect(surplus.map(shown), 'nothing else is told').toEqual([]);
  }
}

function timeOf(when: When): number {
  if (typeof when === 'number') return BEGIN + when * 1_000;
  const [hour = 0, minute = 0] = when.split(':').map(Number);
  return BEGIN + ((hour + 24 - 20) % 24) * 3_600_000 + minute * 60_000;
}

function detailsOf({ facts, heldBy }: Extract<Heard, { kind: 'told' }>): Readonly<Record<string, unknown>> {
  const { first, build, failedBuilds } = facts;
  const redForSeconds = first && build.finishedAt && (build.finishedAt - first.finishedAt) / 1_000;
  return { failedBuilds, redForSeconds, heldBy };
}

function shown(heard: Heard): string {
  const at = `  at ${(heard.at - BEGIN) / 1_000}: ${heard.kind}`;
  if (heard.kind === 'told')
    return `${at} ${heard.news}, ${JSON.stringify(detailsOf(heard))}, build ${heard.facts.build.id}`;
  if (heard.kind === 'card') return `${at} ${heard.shows}, ${heard.facts.failedBuilds} failed`;
  return heard.kind === 'dropped' ? `${at} ${heard.news}` : `${at} build ${heard.build.id}`;
}
