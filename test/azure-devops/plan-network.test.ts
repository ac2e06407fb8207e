// What becomes of a call to a plan when its answer is late, broken or never there.
import { expect, test } from 'vitest';
import { createPlans } from '../../src/azure-devops/plans.ts';
import { Secret } from '../../src/secret.ts';
import { startByteServer, startOwnServer } from './own-server.ts';
import { scriptClock } from './pipelines-under-test.ts';
import {
  CALL_NAMES,
  callOnce,
  connectTo,
  SOME_TASK,
  startPlansUnderTest,
  TOKEN,
} from './plans-under-test.ts';

test.each([
  ['never-answer', { kind: 'never-answer' }],
  ['half a body', { kind: 'stalled' }],
  ['a byte at a time', { kind: 'drip', intervalMs: 50 }],
] as const)('%s ends at the deadline', async (_what, effect) => {
  await using test = await startPlansUnderTest({ callTimeoutMs: 300 });
  for (const name of ['readVersion', 'createLog', 'updateRecord'] as const) {
    test.fault(name, effect);
    const answer = await test.call(name);
    expect(answer).toEqual({ kind: 'failed', detail: 'no answer in time' });
  }
});

test('more calls than there are connections all end at their deadline', async () => {
  await using test = await startPlansUnderTest({ callTimeoutMs: 400 });
  test.fault('completeTask', { kind: 'never-answer' });
  const answers = await Promise.all(Array.from({ length: 60 }, () => test.call('completeTask')));
  expect(new Set(answers.map(({ kind }) => kind))).toEqual(new Set(['failed']));
});

test('an answer that breaks off has failed, and so has a server that is not there', async () => {
  const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"id":1,';
  const server = await startByteServer((socket) => socket.end(head));
  const plans = connectTo(server.url);
  for (const name of CALL_NAMES) {
    expect((await callOnce(plans, SOME_TASK, name)).kind).toBe('failed');
  }
  await server[Symbol.asyncDispose]();
  const answer = await callOnce(plans, SOME_TASK, 'completeTask');
  expect(answer).toEqual({ kind: 'failed', detail: 'the connection was refused' });
  plans.close();
});

test('an endless error page is not read to its end', async () => {
  await using server = await startOwnServer((_request, response) => {
    response.writeHead(500, { 'content-type': 'application/json' });
    response.write('x'.repeat(200_000));
  });
  const plans = connectTo(server.url, 5_000);
  expect(await callOnce(plans, SOME_TASK, 'completeTask')).toEqual({ kind: 'failed', detail: 'HTTP 500' });
  await server.allClosed();
  plans.close();
});

test.each([[''], ['two words'], ['line\nbreak'], ['größer'], ['x'.repeat(20_000)]])(
  'what cannot be a token is dead and is sent nowhere',
  async (odd) => {
    await using test = await startPlansUnderTest();
    expect((await test.plans.startTask(test.task, new Secret(odd))).kind).toBe('token-dead');
    expect(test.azure.ledger).toEqual([]);
  },
);

test('one organisation in trouble does nothing to another', async () => {
  await using well = await startPlansUnderTest();
  await using ill = await startPlansUnderTest({ callTimeoutMs: 500 });
  const plans = createPlans({
    organizations: [
      { name: 'contoso', url: well.azure.url },
      { name: 'ill', url: ill.azure.url },
    ],
    clock: scriptClock().clock,
    callTimeoutMs: 500,
  });
  ill.fault('completeTask', { kind: 'never-answer' });
  const stuck = Array.from({ length: 50 }, () =>
    plans.completeTask({ ...ill.task, organization: 'ill' }, TOKEN, 'failed'),
  );
  expect((await plans.completeTask(well.task, TOKEN, 'succeeded')).kind).toBe('accepted');
  expect((await Promise.all(stuck)).every(({ kind }) => kind === 'failed')).toBe(true);
  plans.close();
});

test('closing ends what is under way, and what comes later', async () => {
  await using test = await startPlansUnderTest();
  test.fault('completeTask', { kind: 'never-answer' });
  const underWay = test.call('completeTask');
  test.plans.close();
  expect(await underWay).toEqual({ kind: 'failed', detail: 'the call was ended' });
  expect((await test.call('startTask')).kind).toBe('failed');
});
