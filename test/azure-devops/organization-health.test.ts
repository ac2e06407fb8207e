// An organisation that refuses the token is not hammered, and no other organisation notices anything of it.
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import type { FaultEffect } from '../stand-ins/azure-devops/azure-devops-stand-in.ts';
import {
  BUILDS,
  connect,
  failureOf,
  PAT,
  scriptClock,
  startPipelinesUnderTest,
  targetOf,
} from './pipelines-under-test.ts';

const ref = { organization: 'contoso', project: 'Shop', buildId: 4201 };

const REFUSALS: readonly [string, FaultEffect][] = [
  ['203', { kind: 'sign-in-page' }],
  ['302', { kind: 'redirect' }],
  ['401 JSON', { kind: 'unauthorized', as: 'json' }],
  ['401 HTML', { kind: 'unauthorized', as: 'html' }],
  ['403', { kind: 'forbidden' }],
];

test.each(REFUSALS)('after a %s one request a minute goes out, and one alone', async (_name, effect) => {
  await using stand = await startPipelinesUnderTest();
  stand.fault(effect);
  const first = await failureOf(stand.pipelines.getBuild(ref));
  expect(stand.asked()).toBe(1);
  for (let minute = 1; minute <= 3; minute++) {
    stand.scripted.advance(59_999);
    expect(await failureOf(stand.list())).toBe(await failureOf(stand.pipelines.getBuild(ref)));
    expect(stand.asked()).toBe(minute);
    stand.scripted.advance(1);
    const burst = await Promise.all(Array.from({ length: 5 }, () => failureOf(stand.list())));
    expect(new Set(burst.map((error) => error.code))).toEqual(new Set(['azure-unauthorized']));
    expect(stand.asked()).toBe(minute + 1);
  }
  expect(first.details).toMatchObject({ subject: 'contoso/Shop' });
});

test('when the token works again, all who waited for the probe get their answer', async () => {
  await using stand = await startPipelinesUnderTest();
  const build = stand.azure.queueBuild(stand.base);
  const fault = stand.fault({ kind: 'sign-in-page' });
  await failureOf(stand.list());
  fault.remove();
  expect((await failureOf(stand.list())).code).toBe('azure-unauthorized');
  stand.scripted.advance(60_000);
  const readings = await Promise.all(Array.from({ length: 5 }, () => stand.list()));
  for (const { builds } of readings) expect(builds).toMatchObject([{ id: build.id }]);
});

test('a probe that finds no answer is not followed by another at once', async () => {
  await using stand = await startPipelinesUnderTest();
  const fault = stand.fault({ kind: 'sign-in-page' });
  await failureOf(stand.pipelines.getBuild(ref));
  fault.remove();
  stand.fault({ kind: 'server-error' });
  stand.scripted.advance(60_000);
  expect((await failureOf(stand.list())).code).toBe('azure-unavailable');
  expect((await failureOf(stand.list())).code).toBe('azure-unauthorized');
  expect(stand.asked()).toBe(2);
});

test('a token that the start-up call finds wrong is asked about once a minute too', async () => {
  await using stand = await startPipelinesUnderTest({ azure: { personalAccessToken: 'another' } });
  for (let minute = 0; minute < 3; minute++) {
    const codes = await Promise.all([failureOf(stand.list()), failureOf(stand.pipelines.getBuild(ref))]);
    expect(codes.map((error) => error.code)).toEqual(['azure-unauthorized', 'azure-unauthorized']);
    expect(stand.azure.ledger).toHaveLength(minute + 1);
    stand.scripted.advance(60_000);
  }
});

test('a project that the token may not read does not stop the others', async () => {
  await using stand = await startPipelinesUnderTest();
  const build = stand.azure.queueBuild(stand.base);
  stand.azure.addProject('Payroll');
  stand.fault({ kind: 'forbidden' }, { match: { path: /Payroll/ } });
  const askFor = (project: string) => failureOf(stand.pipelines.getBuild({ ...ref, project }));
  expect((await askFor('Payroll')).code).toBe('azure-unauthorized');
  expect((await askFor('payroll')).code).toBe('azure-unauthorized');
  expect(stand.asked()).toBe(1);
  expect((await stand.list()).builds).toMatchObject([{ id: build.id }]);
  expect((await askFor('Payroll')).code).toBe('azure-unauthorized');
  expect(stand.asked()).toBe(3);
});

const TROUBLES: readonly [string, FaultEffect][] = [
  ...REFUSALS,
  ['429', { kind: 'throttled', retryAfter: '900' }],
  ['200 with a pause', { kind: 'delayed', delayMs: 0, retryAfter: '900' }],
  ['500', { kind: 'server-error' }],
  ['reset', { kind: 'reset' }],
  ['never', { kind: 'never-answer' }],
];

test.each(TROUBLES)('%s of one organisation leaves the other alone', async (_name, effect) => {
  const scripted = scriptClock();
  await using troubled = await startPipelinesUnderTest({ scripted });
  await using healthy = await startPipelinesUnderTest({ scripted });
  troubled.fault(effect, { match: {} });
  const organizations = [
    { name: 'contoso', url: troubled.azure.url },
    { name: 'fabrikam', url: healthy.azure.url },
  ];
  using bot = connect(organizations, { scripted, callTimeoutMs: 1_000 });
  const bad = bot.pipelines.listBuilds(targetOf()).catch(() => undefined);
  for (let round = 0; round < 3; round++) {
    const reading = await bot.pipelines.listBuilds(targetOf({ organization: 'Fabrikam' }));
    expect(reading.builds).toEqual([]);
  }
  await bad;
});

test('many refused projects are not all remembered', async () => {
  await using stand = await startPipelinesUnderTest();
  stand.fault({ kind: 'forbidden' });
  for (let index = 0; index <= 200; index++) {
    await failureOf(stand.pipelines.getBuild({ ...ref, project: `project-${index}` }));
  }
  const asked = stand.asked();
  await failureOf(stand.pipelines.getBuild({ ...ref, project: 'project-200' }));
  expect(stand.asked()).toBe(asked);
  await failureOf(stand.pipelines.getBuild({ ...ref, project: 'project-0' }));
  expect(stand.asked()).toBe(asked + 1);
});

test('the token is in no error and in no log line, even when Azure DevOps repeats it', async () => {
  await using stand = await startPipelinesUnderTest({ callTimeoutMs: 300 });
  const encoded = Buffer.from(`PAT:${PAT}`).toString('base64');
  const body = JSON.stringify({ message: `Token ${PAT}, Basic ${encoded}` });
  const effects: FaultEffect[] = [
    ...TROUBLES.map(([, effect]) => effect),
    { kind: 'answer', status: 400, body },
    { kind: 'answer', status: 401, body },
    { kind: 'answer', status: 500, body },
    { kind: 'answer', status: 200, body },
  ];
  const seen: unknown[] = [];
  for (const effect of effects) {
    const fault = stand.fault(effect, { match: { path: BUILDS } });
    await stand.list().catch((error: unknown) => seen.push(error));
    fault.remove();
    stand.scripted.advance(900_000);
  }
  expect(seen.length).toBeGreaterThan(effects.length - 3);
  const text = inspect([seen, stand.lines, stand.pipelines], { depth: 20, showHidden: true });
  expect(text).not.toContain(PAT);
  expect(text).not.toContain(encoded);
});
