// Who gets in: every forged token is refused, with a status and not a word.
import { EmulatorValidation } from 'botframework-connector';
import { describe, expect, test } from 'vitest';
import type { TokenForgery } from '../stand-ins/teams-connector/bot-token.ts';
import { useEntryBench } from './entry-bench.ts';
import { registrationWith } from './stand-in-registration.ts';

const bench = useEntryBench();

describe('A token', () => {
  const forgeries: readonly (readonly [TokenForgery, number])[] = [
    ['none', 401],
    ['garbage', 401],
    ['alg-none', 401],
    ['hs256-with-public-key', 401],
    ['wrong-audience', 401],
    ['wrong-issuer', 401],
    ['wrong-service-url', 401],
    ['expired', 401],
    ['not-yet-valid', 401],
    ['unknown-kid', 401],
    ['wrong-key', 401],
    ['missing-endorsement', 401],
    ['other-tenant', 403],
    ['emulator-issuer', 401],
    ['skill', 401],
  ];
  test.each(forgeries)('that is forged (%s) is refused with %i and an empty body', async (forge, status) => {
    expect(await bench.teams.say(bench.user, bench.channel, 'status', { token: { forge } })).toMatchObject({
      status,
      body: '',
    });
    expect(bench.events).toEqual([]);
    expect(bench.log.entries).toMatchObject([{ level: 'warn', message: 'activity not authenticated' }]);
  });

  const nonsense: readonly (readonly [string, string])[] = [
    ['no token', 'Bearer'],
    ['an empty token', 'Bearer '],
    ['another scheme', 'Basic cGlwZWJvdDp4'],
    ['no JSON inside', 'Bearer a.b.c'],
    ['two parts', 'Bearer a.b'],
    ['a single letter', 'x'],
    ['8,000 letters', `Bearer ${'a'.repeat(8_000)}`],
  ];
  test.each(nonsense)('that is none is refused: %s', async (_what, token) => {
    const said = await bench.teams.say(bench.user, bench.channel, 'status', { token });
    expect(said).toMatchObject({ status: 401, body: '' });
  });

  test('whose payload is no claims is refused', async () => {
    for (const payload of ['null', '7', '"x"', '[]', '{', '{"iss":7}', '{"iss":null,"__proto__":{}}']) {
      const token = `Bearer e30.${Buffer.from(payload).toString('base64url')}.c2ln`;
      expect((await bench.teams.say(bench.user, bench.channel, 'status', { token })).status).toBe(401);
    }
    expect(bench.events).toEqual([]);
  });

  test('without an allowed tenant never reaches the SDK, whose list of issuers would grow for ever', async () => {
    const { issuer } = EmulatorValidation.ToBotFromEmulatorTokenValidationParameters;
    const before = [...(issuer ?? [])];
    for (let number = 0; number < 20; number++) {
      const claims = { tid: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}` };
      const forge = number % 2 === 0 ? ({ forge: 'wrong-key' } as const) : {};
      expect(
        (await bench.teams.say(bench.user, bench.channel, 'x', { token: { ...forge, claims } })).status,
      ).toBe(403);
    }
    expect(EmulatorValidation.ToBotFromEmulatorTokenValidationParameters.issuer).toEqual(before);
  });

  test('of the Emulator, which the SDK would take for any service URL, is refused', async () => {
    const { registration, testing } = registrationWith(bench.teams);
    const emulatorOpenIdMetadataUrl = `${bench.teams.openIdMetadataUrl}?emulator`;
    const entry = bench.entryWith({ registration, testing: { ...testing, emulatorOpenIdMetadataUrl } });
    await bench.deliveringTo(entry, async () => {
      const token = { forge: 'emulator-issuer' } as const;
      const said = await bench.teams.say(bench.user, bench.channel, 'status', { token });
      expect(said.status).toBe(401);
    });
  });

  test('with the bot’s own tenant is as good as one without', async () => {
    const token = { claims: { tid: bench.teams.tenantId } };
    expect((await bench.teams.say(bench.user, bench.channel, 'status', { token })).status).toBe(200);
  });

  test('is checked before the body: nobody learns what a good body would be', async () => {
    for (const body of [undefined, null, [], {}, { type: 'message' }, 'x']) {
      expect(await bench.entryWith().receive({ authorization: undefined, body })).toEqual({ status: 401 });
    }
  });

  test('for a body that is no activity is answered with 400', async () => {
    const posted = await bench.teams.postActivity({ serviceUrl: bench.teams.serviceUrl, conversation: {} });
    expect(posted).toEqual({ status: 400, body: '' });
  });
});

describe('Signing keys', () => {
  const failures = [
    ['answer 500', { kind: 'refuse', status: 500 }],
    ['are garbage', { kind: 'refuse', status: 200, rawBody: '<html>' }],
    ['are cut off', { kind: 'reset' }],
    ['never come', { kind: 'hang' }],
  ] as const;
  test.each(failures)('that %s are answered with 503, so that Teams delivers again', async (what, effect) => {
    const { registration, testing } = registrationWith(bench.teams);
    // The SDK keeps keys by address for a day, so each case has its own address.
    const openIdMetadataUrl = `${bench.teams.openIdMetadataUrl}?${encodeURIComponent(what)}`;
    const fault = bench.teams.injectFault({ match: { path: /openid/ }, effect });
    const entry = bench.entryWith({
      registration,
      testing: { ...testing, openIdMetadataUrl },
      authenticationTimeoutMs: 300,
    });
    await bench.deliveringTo(entry, async () => {
      const said = await bench.teams.say(bench.user, bench.channel, 'status');
      expect(said).toMatchObject({ status: 503, body: '' });
      expect(bench.log.entries).toMatchObject([{ fields: { reason: 'signing-keys-unavailable' } }]);
      fault.remove();
      expect((await bench.teams.say(bench.user, bench.channel, 'status')).status).toBe(200);
    });
  });
});
