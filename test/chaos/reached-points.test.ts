// Crash points in the running program: whoever listens hears of them in order, and in production nobody does.
import { readFileSync } from 'node:fs';
import { expect, inject, it } from 'vitest';
import { type CrashPoint, withCrashPoints } from '../../src/crash-points.ts';
import { Secret } from '../../src/secret.ts';
import { type DatabaseOptions, openDatabase } from '../../src/store/database.ts';
import { pgliteTemplate } from '../support/pglite-template.ts';

it('leaves a port as it is where nobody listens', () => {
  const port = { send: () => Promise.resolve() };
  expect(withCrashPoints(port, 'messenger', undefined)).toBe(port);
});

it('tells of a call before it begins and after it has ended, also when it failed, and leaves other methods alone', async () => {
  const reached: string[] = [];
  const port = {
    send: (to: string) => {
      reached.push(`sent to ${to}`);
      return Promise.reject(new Error('refused'));
    },
    close: () => 'closed',
  };
  const wrapped = withCrashPoints(port, 'messenger', (point) => reached.push(point));
  await expect(wrapped.send('payments')).rejects.toThrow('refused');
  expect(wrapped.close()).toBe('closed');
  expect(reached).toEqual(['messenger.send:before', 'sent to payments', 'messenger.send:after']);
});

const kinds: [string, boolean, () => Promise<DatabaseOptions>][] = [
  ['PGlite', false, async () => ({ inMemory: true, template: await pgliteTemplate() })],
  [
    'PostgreSQL',
    inject('postgresUrl') === '',
    async () => ({ databaseUrl: new Secret(inject('postgresUrl')) }),
  ],
];

for (const [kind, isSkipped, options] of kinds) {
  it.skipIf(isSkipped)(`tells of every commit on ${kind}, and of nothing else`, async () => {
    const reached: (CrashPoint | 'worked')[] = [];
    const database = await openDatabase(await options(), (point) => reached.push(point));
    try {
      await database.query('select 1');
      await database.execute('create temporary table points (id int)');
      await database.transaction(async () => {
        await database.query('insert into points values (1)');
        await database.transaction(() => database.query('select 2'), 'store-build');
        reached.push('worked');
      }, 'store-reading');
      await expect(
        database.transaction(() => Promise.reject(new Error('no')), 'answer-message'),
      ).rejects.toThrow('no');
      expect(reached).toEqual([
        'commit:statement:before',
        'commit:statement:after',
        'worked',
        'commit:store-reading:before',
        'commit:store-reading:after',
      ]);
    } finally {
      await database.close();
    }
  });
}

it('is wired to both ports and to the database, and to no setting', () => {
  const app = readFileSync(new URL('../../src/app.ts', import.meta.url), 'utf8');
  const wrapped = [...app.matchAll(/= withCrashPoints(?:<\w+>)?\(\w+, '(\w+)', options\.onCrashPoint\)/g)];
  expect(wrapped.map(([, name]) => name).sort()).toEqual(['messenger', 'pipelines']);
  expect(app).toMatch(/openDatabase\([^;]*options\.onCrashPoint\)/);
  expect(app).not.toContain('CRASH_AT');
});
