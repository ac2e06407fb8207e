// The short version of `npm run chaos -- checks`: PipeBot is killed again and again while pipelines wait to be called
// back, and each of them gets its one verdict. It needs a PostgreSQL server; without one it is skipped.
import { describe, expect, inject, it } from 'vitest';
import { runKills } from '../../scripts/chaos/kill-run.ts';

const SHORT = {
  ...{ lines: 0, alarms: 0, rooms: 0, watchers: 0, subscribers: 0 },
  ...{ checked: 4, callers: 3, isForChecksOnly: true, notifications: 0, lostAnswers: 0 },
};

describe.skipIf(inject('postgresUrl') === '')('PipeBot, killed while checks wait,', () => {
  it('tells each its one verdict and keeps no token', { timeout: 300_000 }, async () => {
    const kills = 12;
    const seed = Math.floor(Math.random() * 2 ** 31);
    const run = await runKills({
      ...SHORT,
      ...{ seed, kills, database: 'server', serverUrl: inject('postgresUrl') },
    });
    const { toldOnce, acknowledged, endedByRun, takenBack } = run.checks;
    expect(run, `seed ${seed}`).toMatchObject({
      checks: { missing: [], wrong: [], doubled: [], unexplained: [], onDoubt: [] },
      leftovers: { checks: { open: 0, tokens: 0 }, deadJobs: {} },
      ownEnds: 0,
    });
    expect(run.kills).toBeGreaterThanOrEqual(kills);
    expect(acknowledged).toBeGreaterThan(0);
    expect(toldOnce).toBe(acknowledged - endedByRun - takenBack);
    expect(run.planner.pointKills).toBeGreaterThan(0);
  });
});
