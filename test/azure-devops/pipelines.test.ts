// A call of the port leaves nothing behind, and after close nothing is sent.
import { expect, test } from 'vitest';
import { untilAborted } from '../../src/azure-devops/until-aborted.ts';
import type { Secret } from '../../src/secret.ts';
import { listJson, sendJson, startOwnServer } from './own-server.ts';
import { connect, failureOf, startPipelinesUnderTest, targetOf } from './pipelines-under-test.ts';

const ref = { organization: 'contoso', project: 'Shop', buildId: 4201 };

test('after close nothing is sent and what was under way ends', async () => {
  await using stand = await startPipelinesUnderTest();
  await stand.list();
  stand.fault({ kind: 'never-answer' });
  const underWay = failureOf(stand.pipelines.getBuild(ref));
  stand.pipelines.close();
  expect((await underWay).code).toBe('azure-unavailable');
  const asked = stand.asked();
  expect((await failureOf(stand.list())).code).toBe('azure-unavailable');
  expect(stand.asked()).toBe(asked);
});

test('close drops the connections that were kept', async () => {
  await using server = await startOwnServer((_request, response) => sendJson(response, listJson()));
  const bot = connect([{ name: 'contoso', url: server.url }]);
  await bot.pipelines.listBuilds(targetOf());
  bot.pipelines.close();
  await server.allClosed();
});

test('close ends a call that still waits for its token', async () => {
  await using stand = await startPipelinesUnderTest();
  const getToken = () => new Promise<Secret>(() => undefined);
  const organization = {
    name: 'contoso',
    url: stand.azure.url,
    credentials: { kind: 'entra', getToken } as const,
  };
  const bot = connect([organization], { callTimeoutMs: 60_000 });
  const underWay = failureOf(bot.pipelines.listBuilds(targetOf()));
  bot.pipelines.close();
  expect((await underWay).details.detail).toBe('the call was ended');
});

test('when one list fails, nobody waits for the other one', async () => {
  const abandoned = Promise.withResolvers<void>();
  let asked = 0;
  await using server = await startOwnServer((_request, response) => {
    response.once('close', () => (response.writableEnded ? undefined : abandoned.resolve()));
    asked++;
    if (asked === 2) response.writeHead(500).end();
  });
  using bot = connect([{ name: 'contoso', url: server.url }], { callTimeoutMs: 60_000 });
  expect((await failureOf(bot.pipelines.listBuilds(targetOf()))).code).toBe('azure-unavailable');
  await abandoned.promise;
  expect(bot.lines).toHaveLength(1);
});

test('the name of an organisation is found in any case', async () => {
  await using stand = await startPipelinesUnderTest({ name: 'Contoso' });
  expect((await stand.pipelines.listBuilds(targetOf({ organization: 'CONTOSO' }))).builds).toEqual([]);
});

test('what is waited for until a signal is not waited for when the signal came before', async () => {
  const signal = AbortSignal.abort(new Error('too late'));
  await expect(untilAborted(new Promise(() => undefined), signal)).rejects.toThrow('too late');
});
