// The organisation gets the credential that is configured for it, and nothing of it is kept where it can leak.
import { expect, test } from 'vitest';
import type { Credentials } from '../../src/azure-devops/credentials.ts';
import { PipeBotError } from '../../src/errors.ts';
import { Secret } from '../../src/secret.ts';
import { connect, failureOf, PAT, startPipelinesUnderTest, targetOf } from './pipelines-under-test.ts';

test('a personal access token is sent as Basic', async () => {
  await using stand = await startPipelinesUnderTest();
  await stand.list();
  const basic = `Basic ${Buffer.from(`PAT:${PAT}`).toString('base64')}`;
  expect(stand.azure.ledger.map((entry) => entry.headers['authorization'])).toEqual([basic, basic, basic]);
});

test('an Entra token is sent as Bearer and asked for again for each request', async () => {
  await using stand = await startPipelinesUnderTest({ azure: { entraToken: 'token-2' } });
  let asked = 0;
  const getToken = async () => new Secret(`token-${Math.min(++asked, 2)}`);
  using bot = connectWith(stand.azure.url, { kind: 'entra', getToken }, stand);
  expect((await failureOf(bot.pipelines.listBuilds(targetOf()))).code).toBe('azure-unauthorized');
  stand.scripted.advance(60_000);
  expect((await bot.pipelines.listBuilds(targetOf())).builds).toEqual([]);
  const sent = stand.azure.ledger.map((entry) => entry.headers['authorization']);
  expect(sent).toEqual(['Bearer token-1', 'Bearer token-2', 'Bearer token-2', 'Bearer token-2']);
});

test('an organisation never gets the token of another', async () => {
  await using contoso = await startPipelinesUnderTest();
  await using fabrikam = await startPipelinesUnderTest({ azure: { personalAccessToken: 'other' } });
  const token = new Secret('other');
  using bot = connect([
    { name: 'contoso', url: contoso.azure.url },
    { name: 'fabrikam', url: fabrikam.azure.url, credentials: { kind: 'pat', token } },
  ]);
  await bot.pipelines.listBuilds(targetOf());
  await bot.pipelines.listBuilds(targetOf({ organization: 'fabrikam' }));
  const seen = (stand: typeof contoso) => stand.azure.ledger.map((entry) => entry.headers['authorization']);
  expect(seen(contoso).filter((header) => seen(fabrikam).includes(header))).toEqual([]);
});

test.each([
  [
    'fails',
    new TypeError('secret-in-message'),
    'azure-unavailable',
    'no Entra token could be had (TypeError)',
  ],
  ['throws no error', 'secret-in-message', 'azure-unavailable', 'no Entra token could be had'],
  [
    'says why',
    new PipeBotError('azure-unauthorized', { detail: 'sign in again' }),
    'azure-unauthorized',
    'sign in again',
  ],
  [
    'breaks',
    new PipeBotError('internal', { detail: 'bug' }),
    'azure-unavailable',
    'no Entra token could be had (PipeBotError)',
  ],
])('a token source that %s', async (_name, thrown, code, detail) => {
  await using stand = await startPipelinesUnderTest();
  const credentials: Credentials = { kind: 'entra', getToken: () => Promise.reject(thrown) };
  using bot = connectWith(stand.azure.url, credentials, stand);
  const error = await failureOf(bot.pipelines.listBuilds(targetOf()));
  expect([error.code, error.details.detail, error.details.subject]).toEqual([code, detail, 'contoso']);
  expect(error.cause).toBeUndefined();
  expect(stand.azure.ledger).toEqual([]);
});

test('a token source that never answers holds one call until its deadline, and the next one not at all', async () => {
  await using stand = await startPipelinesUnderTest({ azure: { entraToken: 'token' } });
  const answers = [new Promise<Secret>(() => undefined)];
  const getToken = () => answers.pop() ?? Promise.resolve(new Secret('token'));
  using bot = connectWith(stand.azure.url, { kind: 'entra', getToken }, { callTimeoutMs: 1_000 });
  const error = await failureOf(bot.pipelines.listBuilds(targetOf()));
  expect([error.code, error.details.detail]).toEqual(['azure-unavailable', 'no answer in time']);
  expect((await bot.pipelines.listBuilds(targetOf())).builds).toEqual([]);
});

function connectWith(url: string, credentials: Credentials, options: Parameters<typeof connect>[1] = {}) {
  const { scripted, callTimeoutMs } = options;
  return connect([{ name: 'contoso', url, credentials }], {
    ...(scripted ? { scripted } : {}),
    ...(callTimeoutMs ? { callTimeoutMs } : {}),
  });
}
