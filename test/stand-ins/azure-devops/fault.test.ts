// The faults on demand, as a client meets them. Must not test the true answers.
import { expect, test } from 'vitest';
import type { FaultEffect } from './azure-devops-stand-in.ts';
import { callPlan, readObject, type StandInUnderTest, startStandInUnderTest } from './stand-in-under-test.ts';

async function getWith(stand: StandInUnderTest, effect: FaultEffect): Promise<Response> {
  stand.azure.injectFault({ match: { path: /builds/ }, times: 1, effect });
  return stand.get('build/builds');
}

test('answers in place of the truth', async () => {
  await using stand = await startStandInUnderTest();
  const seen: unknown[] = [];
  const effects: FaultEffect[] = [
    { kind: 'sign-in-page' },
    { kind: 'unauthorized', as: 'json' },
    { kind: 'unauthorized', as: 'html' },
    { kind: 'forbidden' },
    { kind: 'not-found', as: 'json' },
    { kind: 'not-found', as: 'html' },
    { kind: 'server-error' },
    { kind: 'server-error', status: 503, retryAfter: '7' },
    { kind: 'html' },
  ];
  for (const effect of effects) {
    const response = await getWith(stand, effect);
    const json = response.headers.get('content-type')?.includes('application/json');
    seen.push([response.status, json ? 'json' : 'html', response.headers.get('retry-after')]);
    const text = await response.text();
    expect(text.startsWith(json ? '{"$id":"1"' : '<!DOCTYPE html>')).toBe(true);
  }
  expect(seen).toEqual([
    [203, 'html', null],
    [401, 'json', null],
    [401, 'html', null],
    [403, 'json', null],
    [404, 'json', null],
    [404, 'html', null],
    [500, 'html', null],
    [503, 'html', '7'],
    [200, 'html', null],
  ]);
});

test('429 carries any Retry-After, and `times` runs out', async () => {
  await using stand = await startStandInUnderTest();
  for (const retryAfter of ['7', 'Sun, 22 Nov 2026 06:05:00 GMT', 'soon', '-1']) {
    const response = await getWith(stand, { kind: 'throttled', retryAfter });
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, retryAfter]);
  }
  expect((await getWith(stand, { kind: 'throttled' })).headers.has('retry-after')).toBe(false);
  expect((await stand.get('build/builds')).status).toBe(200);
});

test('a slow-down is the true answer, late, with Retry-After', async () => {
  await using stand = await startStandInUnderTest();
  const before = performance.now();
  const response = await getWith(stand, { kind: 'delayed', delayMs: 60, retryAfter: '5' });
  expect(performance.now() - before).toBeGreaterThan(50);
  expect([response.status, response.headers.get('retry-after')]).toEqual([200, '5']);
  expect(await readObject(response)).toEqual({ count: 0, value: [] });
});

test('a redirect goes to the sign-in page, which is a page with 200, or to any address', async () => {
  await using stand = await startStandInUnderTest();
  const response = await getWith(stand, { kind: 'redirect' });
  const origin = new URL(stand.azure.url).origin;
  expect([response.status, response.headers.get('location')]).toEqual([302, `${origin}/_signin`]);
  const page = await fetch(`${origin}/_signin`);
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  const elsewhere = await getWith(stand, { kind: 'redirect', location: 'http://127.0.0.1:9/x' });
  expect(elsewhere.headers.get('location')).toBe('http://127.0.0.1:9/x');
});

test('bodies that are no answer', async () => {
  await using stand = await startStandInUnderTest();
  stand.azure.queueBuild(stand.base);
  const truncated = await getWith(stand, { kind: 'truncated' });
  expect(truncated.status).toBe(200);
  await expect(truncated.json()).rejects.toThrow(SyntaxError);
  expect(await (await getWith(stand, { kind: 'empty-body' })).text()).toBe('');
  expect(await (await getWith(stand, { kind: 'json', value: { value: null } })).text()).toBe(
    '{"value":null}',
  );
  const huge = await (await getWith(stand, { kind: 'huge-body', bytes: 3_000_000 })).text();
  expect(huge.length).toBeGreaterThan(3_000_000);
  expect(JSON.parse(huge)).toHaveProperty('value');
  const rewrite = (body: unknown) => ({ ...(body as object), count: 99 });
  expect(await readObject(await getWith(stand, { kind: 'rewrite', rewrite }))).toMatchObject({ count: 99 });
  const any = await getWith(stand, { kind: 'answer', status: 418, body: '[]', contentType: '' });
  expect([any.status, any.headers.get('content-type')]).toEqual([418, null]);
});

test('a body may stall or drip, an answer may never come, a connection may break', async () => {
  await using stand = await startStandInUnderTest();
  stand.azure.queueBuild(stand.base);
  const stalled = await getWith(stand, { kind: 'stalled' });
  expect(stalled.status).toBe(200);
  const stillReading = Symbol('still reading');
  const patience = () => new Promise((resolve) => setTimeout(resolve, 80, stillReading));
  const reading = stalled.text().catch(() => 'cut off');
  expect(await Promise.race([reading, patience()])).toBe(stillReading);
  const dripping = await getWith(stand, { kind: 'drip', intervalMs: 5 });
  expect(await Promise.race([dripping.text().catch(() => 'cut off'), patience()])).toBe(stillReading);
  const never = getWith(stand, { kind: 'never-answer' }).catch(() => 'cut off');
  expect(await Promise.race([never, patience()])).toBe(stillReading);
  expect(stand.azure.ledger.at(-1)).toMatchObject({ answeredStatus: undefined });
  await expect(getWith(stand, { kind: 'reset' })).rejects.toThrow('fetch failed');
  await stand.azure.close();
  expect([await reading, await never]).toEqual(['cut off', 'cut off']);
});

test('a fault may lose the answer to a change that was made, or stop the change', async () => {
  await using stand = await startStandInUnderTest();
  const plan = stand.azure.addPlan({ project: stand.project });
  const event = { name: 'TaskStarted', taskId: plan.taskInstanceId, jobId: plan.jobId };
  const match = { method: 'post', path: /\/events/ };
  stand.azure.injectFault({ match, times: 1, effect: { kind: 'server-error' } });
  expect((await callPlan(plan, '/events', { body: event })).status).toBe(500);
  expect(plan.events).toHaveLength(0);
  stand.azure.injectFault({ match, times: 1, applied: true, effect: { kind: 'reset' } });
  await expect(callPlan(plan, '/events', { body: event })).rejects.toThrow('fetch failed');
  expect(plan.events).toHaveLength(1);
});

test('a fault matches by method, path and query, and can be removed', async () => {
  await using stand = await startStandInUnderTest();
  const wrongMethod = { method: 'POST', path: /builds/ };
  stand.azure.injectFault({ match: wrongMethod, effect: { kind: 'forbidden' } });
  const fault = stand.azure.injectFault({ match: { path: /top=3/g }, effect: { kind: 'forbidden' } });
  const status = async (query: string) => (await stand.get(`build/builds${query}`)).status;
  expect([await status('?$top=3'), await status('?$top=3'), await status('')]).toEqual([403, 403, 200]);
  fault.remove();
  expect(await status('?$top=3')).toBe(200);
});

test('latency is real time before every answer', async () => {
  await using stand = await startStandInUnderTest({ latencyMs: 60 });
  const before = performance.now();
  expect((await stand.get('build/builds')).status).toBe(200);
  expect(performance.now() - before).toBeGreaterThan(50);
});
