// A run's token goes to the configured address and nowhere else, and stands in nothing that PipeBot says about a call.
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { Secret } from '../../src/secret.ts';
import type { FaultEffect } from '../stand-ins/azure-devops/azure-devops-stand-in.ts';
import { startOwnServer } from './own-server.ts';
import {
  CALL_NAMES,
  callOnce,
  connectTo,
  JOB_TOKEN,
  SOME_TASK,
  startPlansUnderTest,
} from './plans-under-test.ts';

const FORMS = [
  JOB_TOKEN,
  encodeURIComponent(JOB_TOKEN),
  Buffer.from(JOB_TOKEN).toString('base64'),
  Buffer.from(`:${JOB_TOKEN}`).toString('base64'),
];

function expectNoToken(answer: unknown): void {
  const text = inspect(answer, { depth: 9, showHidden: true }) + JSON.stringify(answer);
  for (const form of FORMS) expect(text).not.toContain(form);
}

test.each([301, 302, 303, 307, 308])('it is not carried along by a redirect with %d', async (status) => {
  const seen: unknown[] = [];
  await using elsewhere = await startOwnServer((request, response) => {
    seen.push(request.headers);
    response.end();
  });
  await using test = await startPlansUnderTest();
  for (const location of [
    elsewhere.url,
    `${test.azure.url}/elsewhere`,
    `//${new URL(elsewhere.url).host}/x`,
  ]) {
    for (const name of CALL_NAMES) {
      test.azure.clearLedger();
      test.fault(name, { kind: 'redirect', status, location }, { times: 1 });
      expect((await test.call(name)).kind).toBe('failed');
      expect(test.azure.ledger).toHaveLength(1);
    }
  }
  expect([seen, elsewhere.sockets]).toEqual([[], []]);
});

const SAYS_IT_BACK: readonly (readonly [string, FaultEffect])[] = FORMS.flatMap((form) => [
  [
    'an error',
    { kind: 'answer', status: 500, body: JSON.stringify({ message: `who is ${form}?`, typeKey: 'X' }) },
  ],
  ['a dead token', { kind: 'answer', status: 401, body: JSON.stringify({ message: `VS30063: ${form}` }) }],
  ['a wrong id', { kind: 'answer', status: 400, body: JSON.stringify({ message: form, typeKey: form }) }],
  ['a page', { kind: 'answer', status: 502, contentType: 'text/html', body: `<p>${form}</p>` }],
  ['a redirect', { kind: 'redirect', location: `https://evil.example/${encodeURIComponent(form)}` }],
  ['broken JSON', { kind: 'answer', status: 200, body: `{"id":"${form}` }],
  ['a value', { kind: 'json', value: { id: form, version: form, count: 1, value: form } }],
]);

test.each(SAYS_IT_BACK)('it is in no answer when %s says it back', async (_what, effect) => {
  await using test = await startPlansUnderTest();
  for (const name of CALL_NAMES) {
    test.fault(name, effect, { times: 1 });
    expectNoToken(await test.call(name));
  }
});

test('the name of an error is not shown when it is the token', async () => {
  await using test = await startPlansUnderTest();
  const token = 'canaryToken51c7';
  const plan = test.azure.addPlan({ project: test.azure.addProject('Other'), jobToken: token });
  const body = JSON.stringify({ typeKey: token, message: 'no' });
  test.fault('startTask', { kind: 'answer', status: 400, body });
  const answer = await test.plans.startTask({ ...test.task, planId: plan.planId }, new Secret(token));
  expect(answer).toEqual({ kind: 'refused', detail: 'HTTP 400: no' });
});

test('it is in no answer when the connection fails', async () => {
  const plans = connectTo('http://127.0.0.1:9/contoso', 2_000);
  for (const name of CALL_NAMES) {
    const answer = await callOnce(plans, SOME_TASK, name);
    expect(answer.kind).toBe('failed');
    expectNoToken(answer);
  }
  plans.close();
});

test("PipeBot's own token is not used: a plan is not even asked with it", async () => {
  await using test = await startPlansUnderTest();
  for (const name of CALL_NAMES) await test.call(name);
  const credentials = test.azure.ledger.map(({ headers }) => headers['authorization']);
  expect(credentials).toHaveLength(CALL_NAMES.length);
  expect(new Set(credentials)).toEqual(new Set([`Bearer ${JOB_TOKEN}`]));
});
