// The short version of `npm run chaos -- kill`: PipeBot is killed again and again, and nothing is lost or told twice.
// It needs a PostgreSQL server; the promise is the same on PGlite, which takes too long to start so often.
import { describe, expect, inject, it } from 'vitest';
import { runKills } from '../../scripts/chaos/kill-run.ts';

const NO_CHECKS = { checked: 0, callers: 0, isForChecksOnly: false };
const SHORT = { lines: 4, alarms: 5, rooms: 12, watchers: 2, subscribers: 2, ...NO_CHECKS };
const KEPT = { lost: [], duplicates: [], unexpected: [], ownEnds: 0 };

describe.skipIf(inject('postgresUrl') === '')('PipeBot, killed again and again,', () => {
  it('loses nothing and repeats nothing unmarked', { timeout: 300_000 }, async () => {
    const kills = 12;
    const seed = Math.floor(Math.random() * 2 ** 31);
    const run = await runKills({
      ...SHORT,
      ...{
        seed,
        kills,
        lostAnswers: 0,
        notifications: 30,
        database: 'server',
        serverUrl: inject('postgresUrl'),
      },
    });
    expect(run, `seed ${seed}`).toMatchObject(KEPT);
    expect(run.kills).toBeGreaterThanOrEqual(kills);
    expect(run.told.reply + run.told.update + run.told.news).toBeGreaterThanOrEqual(30);
    expect(run.planner.pointKills).toBeGreaterThan(0);
  });
});
