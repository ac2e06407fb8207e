// An organisation that asks for a pause gets it.
import { expect, test } from 'vitest';
import type { FaultEffect } from '../stand-ins/azure-devops/azure-devops-stand-in.ts';
import { failureOf, startPipelinesUnderTest } from './pipelines-under-test.ts';

const ref = { organization: 'contoso', project: 'Shop', buildId: 4201 };

const PAUSES: readonly [string | undefined, number][] = [
  [undefined, 30_000],
  ['20', 20_000],
  ['0', 1_000],
  ['-1', 1_000],
  ['1.5', 1_500],
  ['abc', 30_000],
  ['1e12', 900_000],
  ['Sun, 22 Nov 2026 06:01:15 GMT', 75_000],
];

const slowDowns = PAUSES.flatMap(([retryAfter, pauseMs]) => {
  const given = retryAfter === undefined ? {} : { retryAfter };
  const effects: FaultEffect[] = [{ kind: 'throttled', ...given }];
  if (retryAfter !== undefined) {
    effects.push(
      { kind: 'delayed', delayMs: 0, retryAfter },
      { kind: 'server-error', status: 503, retryAfter },
    );
  }
  return effects.map((effect) => ({ effect, pauseMs, name: `${effect.kind}, Retry-After ${retryAfter}` }));
});

test.each(slowDowns)('$name: nothing is sent for $pauseMs ms', async ({ effect, pauseMs }) => {
  await using stand = await startPipelinesUnderTest();
  const build = stand.azure.queueBuild(stand.base);
  const question = () => stand.pipelines.getBuild({ ...ref, buildId: build.id });
  stand.fault(effect, { times: 1 });
  if (effect.kind === 'delayed') await question();
  else
    expect((await failureOf(question())).details.retryAfterMs).toBe(
      effect.kind === 'throttled' ? pauseMs : pauseMs,
    );

  stand.scripted.advance(pauseMs - 1);
  const early = await failureOf(stand.list());
  expect(early.code).toBe('azure-throttled');
  expect(early.details).toMatchObject({ subject: 'contoso/Shop', retryAfterMs: 1 });
  expect(stand.asked()).toBe(1);

  stand.scripted.advance(1);
  expect((await question()).build.id).toBe(build.id);
  expect(stand.asked()).toBe(2);
});

test('a list is complete although each of its answers asks for a pause', async () => {
  await using stand = await startPipelinesUnderTest();
  stand.azure.queueBuild(stand.base);
  stand.fault({ kind: 'delayed', delayMs: 0, retryAfter: '5' });
  for (let round = 0; round < 3; round++) {
    expect((await stand.list()).builds).toHaveLength(1);
    expect((await failureOf(stand.list())).code).toBe('azure-throttled');
    stand.scripted.advance(5_000);
  }
});

test('a shorter pause does not take back a longer one', async () => {
  await using stand = await startPipelinesUnderTest();
  await failureOf(stand.pipelines.getBuild(ref));
  const pauses = ['60', '2'];
  for (const retryAfter of pauses) stand.fault({ kind: 'throttled', retryAfter }, { times: 1 });
  await Promise.all([failureOf(stand.pipelines.getBuild(ref)), failureOf(stand.pipelines.getBuild(ref))]);
  stand.scripted.advance(59_999);
  expect((await failureOf(stand.pipelines.getBuild(ref))).details.retryAfterMs).toBe(1);
});
