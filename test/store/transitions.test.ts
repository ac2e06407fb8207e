import { expect, test } from 'vitest';
import type { Build } from '../../src/domain/build.ts';
import { TRANSITION_KINDS, type TransitionKind } from '../../src/domain/transition.ts';
import type { Database } from '../../src/store/database.ts';
import { createTransitionRecords } from '../../src/store/transitions.ts';
import { eachMigratedDatabase } from '../support/databases.ts';
import { BUILD, longKey, NOW, ODD_STRINGS, race } from './examples.ts';

const ENDED: Build = { ...BUILD, status: 'completed', result: 'failed', startedAt: NOW - 9, finishedAt: NOW };

interface Recorded {
  readonly kind: string;
  readonly build: number;
  readonly at: Date;
}

async function recorded(database: Database): Promise<Recorded[]> {
  return await database.query<Recorded>(
    'select kind, build_id as build, at from pipebot.transitions order by sequence',
  );
}

eachMigratedDatabase('transitions', (open) => {
  async function openTransitions() {
    const database = await open();
    const transitions = createTransitionRecords(database);
    const add = (kind: TransitionKind, build: Build) => transitions.add([{ kind, build }], NOW);
    return { database, transitions, add };
  }

  test('every kind of transition is recorded, in the order in which they happened', async () => {
    const { database, transitions } = await openTransitions();
    const kinds = TRANSITION_KINDS.toReversed();
    await transitions.add(
      kinds.map((kind) => ({ kind, build: ENDED })),
      NOW,
    );
    await transitions.add([], NOW);
    expect(await recorded(database)).toEqual(kinds.map((kind) => ({ kind, build: 4242, at: new Date(NOW) })));
  });

  test('what is recorded names the build, its definition and its branch', async () => {
    const { database, add } = await openTransitions();
    await add('finished', ENDED);
    const columns = 'organization, project_key, definition_id, branch, build_number';
    expect(await database.query(`select ${columns} from pipebot.transitions`)).toEqual([
      {
        organization: 'contoso',
        project_key: 'shop',
        definition_id: 183,
        branch: 'refs/heads/develop',
        build_number: '20261122.3',
      },
    ]);
  });

  test.each(TRANSITION_KINDS)('that a build %s is recorded once', async (kind) => {
    const { database, transitions, add } = await openTransitions();
    const again = { kind, build: { ...ENDED, project: 'SHOP', number: 'renamed' } };
    await add(kind, ENDED);
    await transitions.add([again, again], NOW + 1);
    expect(await recorded(database)).toEqual([{ kind, build: 4242, at: new Date(NOW) }]);
  });

  const rerun: Build = { ...ENDED, startedAt: NOW + 1, finishedAt: NOW + 2 };
  test.each<[TransitionKind, number]>([
    ['appeared', 1],
    ['started', 2],
    ['waits-for-approval', 2],
    ['finished', 2],
    ['turned-red', 2],
    ['still-red', 2],
    ['turned-green', 2],
    ['ran-again', 2],
    ['deleted', 1],
  ])('that a build %s is recorded %i times when it runs again under its id', async (kind, times) => {
    const { database, add } = await openTransitions();
    await add(kind, ENDED);
    await add(kind, rerun);
    expect(await recorded(database)).toHaveLength(times);
  });

  test('a build may wait for several approvals', async () => {
    const { database, add } = await openTransitions();
    const waits = [{ stage: 'Test' }, { stage: 'Live' }, { stage: 'Live', since: NOW }];
    for (const pendingApproval of [...waits, ...waits])
      await add('waits-for-approval', { ...BUILD, pendingApproval });
    expect(await recorded(database)).toHaveLength(3);
  });

  test.each([
    ['another organization', { organization: 'fabrikam' }],
    ['another project', { project: 'Warehouse' }],
    ['another id', { id: 4243 }],
  ])('a build of %s is another', async (_, difference) => {
    const { database, add } = await openTransitions();
    await add('finished', ENDED);
    await add('finished', { ...ENDED, ...difference });
    expect(await recorded(database)).toHaveLength(2);
  });

  test('odd texts and names too long for an index are stored', async () => {
    const { database, add } = await openTransitions();
    for (const { given } of ODD_STRINGS) {
      const names = { organization: given, project: given, branch: given, number: given };
      await add('finished', { ...ENDED, ...names });
    }
    for (const variant of ['one', 'two'])
      await add('finished', { ...ENDED, organization: longKey(variant), branch: longKey(variant) });
    expect(await recorded(database)).toHaveLength(ODD_STRINGS.length + 2);
  });

  test('two who record the same at once record it once', async () => {
    const { database, transitions, add } = await openTransitions();
    await race(database, {
      first: () => add('finished', ENDED),
      meanwhile: () => Promise.resolve(),
      second: () => transitions.add([{ kind: 'finished', build: ENDED }], NOW + 1),
    });
    expect(await recorded(database)).toEqual([{ kind: 'finished', build: 4242, at: new Date(NOW) }]);
  });

  test('what happened before a time is forgotten', async () => {
    const { database, transitions } = await openTransitions();
    await transitions.add([{ kind: 'appeared', build: ENDED }], NOW - 1);
    await transitions.add([{ kind: 'finished', build: ENDED }], NOW);
    await transitions.deleteBefore(NOW);
    expect((await recorded(database)).map(({ kind }) => kind)).toEqual(['finished']);
  });
});
