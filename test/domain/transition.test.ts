import { describe, expect, it } from 'vitest';
import type { Build } from '../../src/domain/build.ts';
import { transitionsBetween } from '../../src/domain/transition.ts';
import { buildOf, DAWN } from '../support/build-of.ts';

const queued = buildOf({ id: 1, status: 'notStarted' });
const running = buildOf({ id: 1, status: 'inProgress', startedAt: DAWN });
const unclear = buildOf({ id: 1, status: 'unknown', startedAt: DAWN });
const failed = buildOf({ id: 1, result: 'failed', startedAt: DAWN, finishedAt: DAWN + 600_000 });
const failedLater: Build = { ...failed, finishedAt: DAWN + 900_000 };
const succeeded: Build = { ...failedLater, result: 'succeeded' };
const { finishedAt: _, ...endless } = failed;
const { result: __, ...resultless } = failed;
const approval = { stage: 'Deploy', since: DAWN };
const waiting: Build = { ...running, pendingApproval: approval };

describe('from one reading to the next', () => {
  it.each<[string, Build | undefined, Build, string[]]>([
    ['a new build appears', undefined, queued, ['appeared']],
    ['one that came and went unseen did all of it', undefined, failed, ['appeared', 'started', 'finished']],
    ['it starts', queued, running, ['started']],
    ['it ends', running, failed, ['finished']],
    ['it starts and ends', queued, failed, ['started', 'finished']],
    ['nothing happens to a running one', running, running, []],
    ['nothing happens to one that has ended', failed, failed, []],
    ['a rerun begins', failed, running, ['ran-again']],
    ['a rerun is queued', failed, queued, ['ran-again']],
    ['a rerun that nobody saw ends alike', failed, failedLater, ['ran-again', 'finished']],
    ['a rerun that nobody saw ends otherwise', failed, succeeded, ['ran-again', 'finished']],
    ['a finish time that comes late is no news', endless, failed, []],
    ['a finish time that is lost is no news', failed, endless, []],
    ['a result that comes late and is as was feared is no news', resultless, failed, []],
    ['a result that comes late counts', resultless, { ...failed, result: 'succeeded' }, ['finished']],
    ['a status that nobody knows is no end', running, unclear, []],
    ['what was unclear ends', unclear, failed, ['finished']],
    ['it begins to wait for an approval', running, waiting, ['waits-for-approval']],
    ['it still waits for the same', waiting, waiting, []],
    [
      'it waits for the next stage',
      waiting,
      { ...running, pendingApproval: { stage: 'Prod' } },
      ['waits-for-approval'],
    ],
    [
      'it waits for the same stage again',
      waiting,
      { ...running, pendingApproval: { ...approval, since: DAWN + 1 } },
      ['waits-for-approval'],
    ],
    ['since when it waits becomes known', { ...running, pendingApproval: { stage: 'Deploy' } }, waiting, []],
    ['somebody approves', waiting, running, []],
  ])('%s', (_title, before, now, kinds) => {
    expect(transitionsBetween(before, now)).toEqual(kinds.map((kind) => ({ kind, build: now })));
  });
});
