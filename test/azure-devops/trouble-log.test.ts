// The log tells when an organisation cannot be read, and when it can again.
import { expect, test } from 'vitest';
import { failureOf, startPipelinesUnderTest } from './pipelines-under-test.ts';

const ref = { organization: 'contoso', project: 'Shop', buildId: 4201 };

test('the log tells of the first failure and of the recovery, and of nothing between', async () => {
  await using stand = await startPipelinesUnderTest();
  await stand.list();
  for (const effect of [{ kind: 'reset' }, { kind: 'html' }, { kind: 'server-error' }] as const) {
    const fault = stand.fault(effect);
    await failureOf(stand.list());
    stand.scripted.advance(10_000);
    fault.remove();
  }
  await stand.list();
  await stand.list();
  expect(stand.lines).toEqual([
    {
      level: 'warn',
      fields: { organization: 'contoso', code: 'azure-unavailable', detail: 'the connection was cut' },
      message: 'Azure DevOps cannot be read',
    },
    {
      level: 'info',
      fields: { organization: 'contoso', troubledForMs: 30_000 },
      message: 'Azure DevOps can be read again',
    },
  ]);
});

test('a build that is not there and a refused question are no trouble', async () => {
  await using stand = await startPipelinesUnderTest();
  await failureOf(stand.pipelines.getBuild(ref));
  stand.fault({ kind: 'answer', status: 400 });
  await failureOf(stand.list());
  expect(stand.lines).toEqual([]);
});

test('the log names the project when only that is refused', async () => {
  await using stand = await startPipelinesUnderTest();
  const fault = stand.fault({ kind: 'forbidden' });
  await failureOf(stand.list());
  fault.remove();
  stand.scripted.advance(60_000);
  await stand.list();
  expect(stand.lines.map(({ level, fields }) => [level, fields['project']])).toEqual([
    ['warn', 'Shop'],
    ['info', 'Shop'],
  ]);
});
