import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Alert, type EndedBuild, newAlert } from '../../src/domain/alert.ts';
import { alertTold, releaseAlert } from '../../src/domain/alert-release.ts';
import { type AlertContext, type AlertStep, alertAfter } from '../../src/domain/alert-step.ts';
import type { Build } from '../../src/domain/build.ts';
import { type Health, healthAfter, UNKNOWN_HEALTH } from '../../src/domain/health.ts';
import { type Happening, type Heard, playAlerts } from '../support/alert-desk.ts';
import { expectedNews, isStopped, quietEnd, truthOf } from '../support/alert-oracle.ts';
import { buildOf, DAWN } from '../support/build-of.ts';
import { type History, histories } from '../support/generated-alerts.ts';

/** Long after the last happening, so that every hold is over. */
const UNTIL = DAWN + 60 * 24 * 3_600_000;
const EVENTS = ['failures', 'all', 'recoveries'] as const;

type Told = Extract<Heard, { readonly kind: 'told' }>;

function play({ happenings, wishes }: History) {
  const played = playAlerts(happenings, wishes, UNTIL);
  const told = played.heard.filter((heard): heard is Told => heard.kind === 'told');
  return { ...played, heard: played.heard, alert: played.alert, outcomes: played.outcomes, told };
}

function endsBy(happenings: readonly Happening[], at: number): Build[] {
  return happenings.flatMap((each) => (each.kind === 'build' && each.at <= at ? [each.build] : []));
}

function holdsFor(
  events: readonly (typeof EVENTS)[number][],
  property: (history: History) => void,
  numRuns = 300,
): void {
  fc.assert(fc.property(histories(events), property), { numRuns });
}

describe('over any history', () => {
  it('exactly that is told and dropped which the rules say', () => {
    holdsFor(
      EVENTS,
      (history) => {
        const { heard } = play(history);
        const news = heard.flatMap((each) => {
          if (each.kind !== 'told' && each.kind !== 'dropped') return [];
          const counts = each.kind === 'told' && ['failing', 'recovered'].includes(each.news);
          const facts = counts
            ? { isRed: each.facts.colour === 'red', failedBuilds: each.facts.failedBuilds }
            : {};
          return [{ at: each.at, news: each.news, isDropped: each.kind === 'dropped', ...facts }];
        });
        const expected = expectedNews(history.happenings, history.wishes, UNTIL);
        expect(news).toEqual(
          expected.map(({ at, news, isDropped, ...facts }) => {
            const counts = !isDropped && ['failing', 'recovered'].includes(news);
            return { at, news, isDropped, ...(counts ? facts : {}) };
          }),
        );
      },
      1_000,
    );
  });

  it('a failure is told again only after its end was', () => {
    holdsFor(['failures', 'all'], (history) => {
      let isKnown = false;
      for (const heard of play(history).heard) {
        if (heard.kind === 'told' && heard.news === 'failing') expect(isKnown).toBe(false);
        if (heard.kind === 'told') isKnown = knownAfter(heard) === 'failing';
        if (heard.kind === 'dropped') isKnown = false;
      }
    });
  });

  it('nothing is told while it is muted or quiet, nor of trouble while the base is broken', () => {
    holdsFor(EVENTS, (history) => {
      const { happenings, wishes } = history;
      for (const { at, news, facts } of play(history).told) {
        const before = happenings.filter((each) => each.at <= at);
        const mute = before.findLast(({ kind }) => kind === 'mute' || kind === 'unmute');
        expect(mute?.kind === 'mute' && mute.until > at).toBe(false);
        expect(quietEnd(wishes, at)).toBeUndefined();
        const base = before.findLast(({ kind }) => kind === 'base');
        const isBroken = base?.kind === 'base' && base.broken !== undefined;
        if (news === 'failing' || (news === 'settled' && facts.colour === 'red'))
          expect(isBroken).toBe(false);
      }
    });
  });

  it('flapping is told at most once for each time it flaps', () => {
    holdsFor(EVENTS, (history) => {
      const flapped = play(history).told.filter(({ news }) => news === 'flapping');
      const periods = flapped.map(({ at }) => truthOf(endsBy(history.happenings, at)).flappingPeriods);
      expect(new Set(periods).size).toBe(periods.length);
    });
  });

  it('what is told is so, with the right count', () => {
    holdsFor(EVENTS, (history) => {
      for (const { at, news, facts } of play(history).told) {
        const { standing, isRed, failedBuilds } = truthOf(endsBy(history.happenings, at));
        expect(facts.colour).toBe(isRed ? 'red' : 'green');
        expect(news === 'flapping').toBe(standing === 'flapping');
        if (isRed) expect(facts.failedBuilds).toBe(failedBuilds);
      }
    });
  });

  it('when all holds are over, people know how it stands', () => {
    holdsFor(['failures', 'all'], ({ happenings, wishes }) => {
      const history = { happenings: [...happenings, mended], wishes: { ...wishes, reasons: [] } };
      const { heard, alert } = play(history);
      expect(alert?.pending).toBeUndefined();
      const last = heard.findLast(({ kind }) => kind === 'told' || kind === 'dropped');
      const known = last?.kind === 'told' ? knownAfter(last) : 'fine';
      expect(known).toBe(truthOf(endsBy(happenings, UNTIL)).standing);
    });
  });

  it('the card that is open shows how it stands, and one that was closed shows that it recovered', () => {
    holdsFor(EVENTS, (history) => {
      const { heard, alert } = play(history);
      if (alert?.cardKey === undefined) return;
      const { standing, failedBuilds } = truthOf(endsBy(history.happenings, UNTIL));
      const shown = heard.findLast(
        (each) =>
          each.kind === 'card' || (each.kind === 'told' && ['failing', 'flapping'].includes(each.news)),
      );
      if (shown?.kind !== 'card' && shown?.kind !== 'told') return;
      const shows = shown.kind === 'card' ? shown.shows : shown.news;
      if (!alert.isOpen) expect(shows).toBe('recovered');
      else expect(shows).toBe(standing === 'fine' ? 'recovered' : standing);
      if (alert.isOpen && standing === 'failing') expect(shown.facts.failedBuilds).toBe(failedBuilds);
    });
  });

  it('a card is changed while it is open, and only when it would show something else', () => {
    holdsFor(EVENTS, (history) => {
      let open: Told | Extract<Heard, { readonly kind: 'card' }> | undefined;
      for (const heard of play(history).heard) {
        if (heard.kind === 'dropped') open = undefined;
        if (heard.kind === 'told') open = knownAfter(heard) === 'fine' ? undefined : heard;
        if (heard.kind !== 'card') continue;
        expect(open).toBeDefined();
        if (open?.kind === 'card') expect([open.shows, open.facts]).not.toEqual([heard.shows, heard.facts]);
        open = heard;
      }
    });
  });

  it('a build that the filters keep back never begins anything', () => {
    holdsFor(EVENTS, ({ happenings, wishes }) => {
      const filtered = { ...wishes, reasons: ['ci'] as const };
      const isKept = (each: Happening) => each.kind !== 'build' || isStopped(each.build, filtered);
      const { heard } = play({ happenings: happenings.filter(isKept), wishes: filtered });
      expect(heard).toEqual([]);
    });
  });

  it('who wants to hear of every end hears of each that is no news', () => {
    holdsFor(['all'], ({ happenings, wishes }) => {
      const { heard, outcomes } = play({ happenings, wishes: { ...wishes, reasons: [] } });
      const results = new Set(heard.flatMap((each) => (each.kind === 'result' ? [each.build.id] : [])));
      for (const [id, { code }] of outcomes) {
        if (['no-news', 'flapping', 'recovered-untold'].includes(code)) expect(results).toContain(id);
      }
    });
  });
});

describe('one step', () => {
  const [failed, again, green] = (['failed', 'failed', 'succeeded'] as const).map((result, index) =>
    buildOf({ id: index + 1, result }),
  ) as [Build, Build, Build];
  const failure = { stages: ['Build'], task: 'npm test', errors: ['1 failed'], logTail: [] };
  const context = { now: DAWN, groupedUntil: DAWN + 1_000, events: 'failures' } as const;
  const fresh = newAlert({ id: 's', conversationId: 'c' }, failed);

  /** The steps of a line of builds, each told at once. */
  function stepsOf(
    ends: readonly (readonly [Build, Partial<EndedBuild>, Partial<AlertContext>])[],
  ): AlertStep[] {
    let [health, alert]: [Health, Alert] = [UNKNOWN_HEALTH, fresh];
    return ends.map(([build, more, changes]) => {
      const { red: before } = health;
      const after = healthAfter(health, build);
      const red = after.health.red ?? before;
      const ended = { build, ...after, ...(red ? { red } : {}), ...more };
      const step = alertAfter(alert, ended, { ...context, ...changes });
      [health, alert] = [after.health, alertTold(step.alert, `told of ${build.id}`)];
      return step;
    });
  }

  it('keeps what failed for the recovery, and shows of each failure its own', () => {
    const steps = stepsOf([
      [failed, { failure, usualMs: 7 }, {}],
      [again, { failure: { ...failure, task: 'npm run lint' } }, {}],
      [green, {}, {}],
    ]);
    expect(steps.map(({ alert }) => alert.facts?.failure?.task)).toEqual([
      'npm test',
      'npm run lint',
      'npm run lint',
    ]);
    expect(steps[0]?.alert.facts?.usualMs).toBe(7);
  });

  it('does not show a failure that the filters keep back, but counts it', () => {
    const steps = stepsOf([
      [failed, { failure }, {}],
      [again, { failure: { ...failure, task: 'deploy' } }, { stoppedBy: 'stage' }],
    ]);
    expect(steps[1]).toMatchObject({
      updatesCard: true,
      isRepeat: false,
      alert: { facts: { build: { id: 1 }, failure: { task: 'npm test' }, failedBuilds: 2 } },
    });
  });

  it('leaves the card alone when a rerun fails again that the filters keep back', () => {
    const rerun = { ...again, finishedAt: DAWN + 9_000_000 };
    const steps = stepsOf([
      [failed, {}, {}],
      [again, {}, { stoppedBy: 'reason' }],
      [rerun, {}, { stoppedBy: 'reason' }],
    ]);
    expect(steps.map(({ updatesCard }) => updatesCard)).toEqual([false, true, false]);
  });

  it('lets nothing of another branch through, not even for what is open', () => {
    const [step] = stepsOf([[again, { change: 'still-red' }, { stoppedBy: 'branch' }]]);
    expect(step?.alert).toMatchObject({
      isOpen: false,
      last: { outcome: { code: 'filtered', by: 'branch' } },
    });
    const open = { ...fresh, isOpen: true };
    const ended = { build: green, change: 'turned-green', health: UNKNOWN_HEALTH } as const;
    expect(alertAfter(open, ended, { ...context, stoppedBy: 'branch' }).alert.pending).toBeUndefined();
  });

  it('names the base that still holds it back, and forgets it for another reason', () => {
    const [step] = stepsOf([[failed, {}, {}]]);
    const inhibited = releaseAlert(step?.alert ?? fresh, { now: DAWN, brokenBase: 'python-base' });
    if (inhibited.kind !== 'hold') throw new TypeError('must be held');
    const outcome = { code: 'held', by: 'inhibited', until: DAWN + 600_000, base: 'python-base' };
    expect(inhibited.alert).toMatchObject({ pending: { base: 'python-base' }, last: { outcome } });
    const next = alertAfter(
      inhibited.alert,
      { build: again, change: 'still-red', health: UNKNOWN_HEALTH },
      context,
    );
    expect(next.alert.last).toMatchObject({ build: { id: 2 }, outcome });
    const quiet = releaseAlert(inhibited.alert, {
      now: DAWN,
      quietUntil: DAWN + 5,
      brokenBase: 'python-base',
    });
    expect(quiet.kind === 'hold' && quiet.alert.pending).toEqual({
      ...{ news: 'failing', since: DAWN, dueAt: DAWN + 5, heldBy: 'quiet-hours' },
    });
  });

  it('says of the build that the news is about that it was told, whatever ended meanwhile', () => {
    const canceled = buildOf({ id: 4, result: 'canceled' });
    const owed = alertAfter(
      fresh,
      { build: failed, change: 'turned-red', health: UNKNOWN_HEALTH },
      context,
    ).alert;
    const { alert } = alertAfter(
      owed,
      { build: canceled, health: UNKNOWN_HEALTH },
      { ...context, now: DAWN + 9 },
    );
    expect(alert.last).toMatchObject({ build: { id: 4 }, at: DAWN + 9, outcome: { code: 'no-news' } });
    const told = { code: 'told', notificationKey: 'k' };
    expect(alertTold(alert, 'k').last).toMatchObject({ build: { id: 1 }, at: DAWN, outcome: told });
  });

  it('changes nothing when there was nothing to tell', () => {
    expect(alertTold(fresh, 'k')).toEqual(fresh);
    expect(releaseAlert(fresh, { now: DAWN })).toEqual({ kind: 'drop', alert: fresh });
  });

  it('leaves no card of an old story open for who hears of recoveries only', () => {
    const closed = {
      ...fresh,
      cardKey: 'old',
      last: { build: failed, at: DAWN, outcome: { code: 'no-news' } },
    } as const;
    const ended = { build: failed, change: 'turned-red', health: UNKNOWN_HEALTH } as const;
    const { alert } = alertAfter(closed, ended, { ...context, events: 'recoveries' });
    expect(alert).toMatchObject({ isOpen: true, last: { outcome: { code: 'filtered', by: 'events' } } });
    expect(alert.cardKey).toBeUndefined();
  });
});

const mended: Happening = { kind: 'base', at: UNTIL - 3 * 24 * 3_600_000 };

function knownAfter({ news, facts }: Told): 'fine' | 'failing' | 'flapping' {
  if (news === 'flapping') return 'flapping';
  return facts.colour === 'red' ? 'failing' : 'fine';
}
