// Plays one subscription through time, with nothing but the domain: health, filters, alerts, mutes, quiet hours and a
// broken base, grouped as the use cases group. Says what a conversation heard; it must not judge that.
import {
  type Alert,
  type AlertFacts,
  type AlertNews,
  type AlertOutcome,
  currentNews,
  type HoldReason,
  newAlert,
} from '../../src/domain/alert.ts';
import { alertTold, releaseAlert } from '../../src/domain/alert-release.ts';
import { alertAfter } from '../../src/domain/alert-step.ts';
import type { Build } from '../../src/domain/build.ts';
import type { Failure } from '../../src/domain/failure.ts';
import { type Health, healthAfter, UNKNOWN_HEALTH } from '../../src/domain/health.ts';
import { type Mute, mutedUntil } from '../../src/domain/mute.ts';
import { type QuietHours, quietUntil } from '../../src/domain/quiet-hours.ts';
import { filterThatStops, type Subscription } from '../../src/domain/subscription.ts';

/** All times are ms since the epoch. */
export type Happening = { readonly at: number } & (
  | { readonly kind: 'build'; readonly build: Build; readonly failure?: Failure }
  | { readonly kind: 'mute'; readonly until: number }
  | { readonly kind: 'unmute' }
  /** Absent: the base is green again. */
  | { readonly kind: 'base'; readonly broken?: string }
  /** Only from here on the subscription hears of builds. Without one it hears of all. */
  | { readonly kind: 'subscribe' }
);

export type Wishes = Pick<Subscription, 'events' | 'reasons'> &
  Partial<Pick<Subscription, 'branch' | 'stage'>> & { readonly quiet?: QuietHours };

export type Heard = { readonly at: number } & (
  | {
      readonly kind: 'told';
      readonly news: AlertNews;
      readonly facts: AlertFacts;
      readonly heldBy: HoldReason;
    }
  /** The card in place. */
  | { readonly kind: 'card'; readonly shows: AlertNews; readonly facts: AlertFacts }
  | { readonly kind: 'repeat' | 'result'; readonly build: Build }
  | { readonly kind: 'dropped'; readonly news: AlertNews }
);

export interface Played {
  readonly heard: readonly Heard[];
  /** What `why` would have said of each build, by its id, at the end. */
  readonly outcomes: ReadonlyMap<number, AlertOutcome>;
  readonly alert: Alert | undefined;
  readonly health: Health;
}

/** As usecases/record-alerts has them. */
export const GROUP_WAIT_MS = 1_000;
export const GROUP_INTERVAL_MS = 30_000;

/** Everything that happens and all that follows from it, until nothing is due any more or `until` has passed. */
export function playAlerts(happenings: readonly Happening[], wishes: Wishes, until: number): Played {
  const ordered = [...happenings].sort((left, right) => left.at - right.at);
  const desk = new Desk(wishes, !ordered.some(({ kind }) => kind === 'subscribe'));
  for (const happening of ordered) {
    desk.releaseUntil(happening.at);
    desk.take(happening);
  }
  desk.releaseUntil(until);
  return desk;
}

class Desk implements Played {
  readonly heard: Heard[] = [];
  readonly outcomes = new Map<number, AlertOutcome>();
  alert: Alert | undefined;
  health: Health = UNKNOWN_HEALTH;
  readonly #wishes: Wishes;
  #isSubscribed: boolean;
  #mutes: Mute[] = [];
  #brokenBase: string | undefined;
  #lastNewsAt = Number.NEGATIVE_INFINITY;

  constructor(wishes: Wishes, isSubscribed: boolean) {
    this.#wishes = wishes;
    this.#isSubscribed = isSubscribed;
  }

  take(happening: Happening): void {
    const { at } = happening;
    switch (happening.kind) {
      case 'build':
        this.#end(at, happening.build, happening.failure);
        break;
      case 'mute':
        this.#mutes = [muteOf(happening.until)];
        this.#lookAgain(at, 'muted');
        break;
      case 'unmute':
        this.#mutes = [];
        this.#lookAgain(at, 'muted');
        break;
      case 'base':
        this.#brokenBase = happening.broken;
        if (!happening.broken) this.#lookAgain(at, 'inhibited');
        break;
      case 'subscribe':
        this.#isSubscribed = true;
    }
  }

  /** Looks at pending news whenever it is due, up to a time, that itself not included. */
  releaseUntil(end: number): void {
    for (let at = this.#nextLook(); at < end; at = this.#nextLook()) {
      this.#release(at);
      if (this.#nextLook() <= at) throw new TypeError('what is held must be looked at later, not at once');
    }
  }

  #nextLook(): number {
    const { pending } = this.alert ?? {};
    return pending ? Math.max(pending.dueAt, this.#lastNewsAt + GROUP_INTERVAL_MS) : Number.POSITIVE_INFINITY;
  }

  #end(at: number, build: Build, failure: Failure | undefined): void {
    const before = this.health;
    const { health, change } = healthAfter(before, build);
    this.health = health;
    if (!this.#isSubscribed) return;
    const red = health.red ?? (change === 'turned-green' ? before.red : undefined);
    const isRed = change === 'turned-red' || change === 'still-red';
    const stoppedBy = filterThatStops(this.#wishes, build, isRed ? failure?.stages : undefined);
    const known = this.alert ?? newAlert({ id: 's', conversationId: 'c' }, build);
    const step = alertAfter(
      known,
      {
        ...{ build, health },
        ...(change ? { change } : {}),
        ...(red ? { red } : {}),
        ...(failure ? { failure } : {}),
      },
      {
        now: at,
        groupedUntil: Math.max(at + GROUP_WAIT_MS, this.#lastNewsAt + GROUP_INTERVAL_MS),
        events: this.#wishes.events,
        ...(stoppedBy ? { stoppedBy } : {}),
      },
    );
    this.#keep(step.alert);
    const { facts } = step.alert;
    if (step.updatesCard && facts)
      this.heard.push({ kind: 'card', at, shows: currentNews(step.alert), facts });
    if (step.isRepeat) this.heard.push({ kind: 'repeat', at, build });
    if (step.isResult) this.heard.push({ kind: 'result', at, build });
  }

  /** As when a mute, quiet hours or the red of a base end: what was held because of it is due now. */
  #lookAgain(at: number, heldBy: HoldReason): void {
    const { alert } = this;
    if (alert?.pending?.heldBy === heldBy)
      this.alert = { ...alert, pending: { ...alert.pending, dueAt: at } };
  }

  #release(at: number): void {
    const { alert } = this;
    if (!alert?.pending) return;
    const muted = mutedUntil(this.#mutes, ['payments'], at);
    const quiet = quietUntil(this.#wishes.quiet, at);
    const released = releaseAlert(alert, {
      now: at,
      ...(muted === undefined ? {} : { mutedUntil: muted }),
      ...(quiet === undefined ? {} : { quietUntil: quiet }),
      ...(this.#brokenBase === undefined ? {} : { brokenBase: this.#brokenBase }),
    });
    if (released.kind === 'drop') this.heard.push({ kind: 'dropped', at, news: alert.pending.news });
    if (released.kind !== 'tell') {
      this.#keep(released.alert);
      return;
    }
    const { news, heldBy } = released;
    const told = alertTold(alert, `told ${this.heard.length}`);
    if (told.facts) this.heard.push({ kind: 'told', at, news, heldBy, facts: told.facts });
    this.#lastNewsAt = at;
    this.#keep(told);
  }

  #keep(alert: Alert): void {
    this.alert = alert;
    if (alert.last) this.outcomes.set(alert.last.build.id, alert.last.outcome);
  }
}

function muteOf(until: number): Mute {
  return { conversationId: 'c', service: 'payments', until, by: { id: 'ada', name: 'Ada' } };
}
