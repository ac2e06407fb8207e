// `gates`, `hold` and `release`: what they understand, who may, and what they leave behind.
import { beforeEach, describe, expect, it } from 'vitest';
import type { HoldRecord } from '../../src/domain/hold.ts';
import type { Service } from '../../src/domain/service.ts';
import type { GateRecord } from '../../src/usecases/ports.ts';
import { ADA, CATALOG, type ChatBench, createChatBench, DEVELOP, NOON } from './chat-bench.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ADA_ID = '00000000-0000-4000-8000-000000000001';
const TEAM = '19:shop@thread.tacv2';

let bench: ChatBench;
beforeEach(() => {
  bench = createChatBench();
});

function gate(id: string, change: Partial<GateRecord> = {}): GateRecord {
  return {
    ...{ id, keyId: 'key', service: 'payments', branch: DEVELOP, settleMs: 0 },
    ...{ askedAt: NOON - 60_000, deadlineAt: NOON + HOUR, buildId: 77, ...change },
  };
}

const HOLD: HoldRecord = {
  ...{ id: 'hold', service: 'payments', verdict: 'wait', by: ADA, because: 'migration' },
  ...{ at: NOON - HOUR, until: NOON + HOUR },
};

describe('hold', () => {
  it.each<[string, string, 'wait' | 'stop', number, string]>([
    ['hold payments because migration', 'payments', 'wait', DAY, 'migration'],
    ['hold payments 2h because migration', 'payments', 'wait', 2 * HOUR, 'migration'],
    ['hold PAY for 30 m because it burns', 'payments', 'wait', HOUR / 2, 'it burns'],
    ['Hold payments stop because no libpq', 'payments', 'stop', DAY, 'no libpq'],
    ['hold search 30d stop because: step 2, on "main"!', 'search', 'stop', 30 * DAY, 'step 2, on "main"!'],
    ['hold search stop 1m BECAUSE because', 'search', 'stop', 60_000, 'because'],
  ])('“%s”', async (text, service, verdict, durationMs, because) => {
    const content = await bench.say(text);
    const hold = { service, verdict, by: ADA, because, at: NOON, until: NOON + durationMs };
    expect(content).toMatchObject({ kind: 'hold', hold, waiting: 0 });
    expect(bench.state.holds).toMatchObject([hold]);
    expect(bench.state.woken).toEqual([service]);
  });

  it.each([
    ['hold', 'argument-missing'],
    ['hold because migration', 'argument-missing'],
    ['hold payments', 'argument-missing'],
    ['hold payments 2h', 'argument-missing'],
    ['hold payments because', 'argument-missing'],
    ['hold paymnts because migration', 'service-unknown'],
    ['hold python-base because migration', 'base-has-no-gate'],
    ['hold payments 31d because migration', 'duration-invalid'],
    ['hold payments 59 because migration', 'duration-invalid'],
    ['hold payments soon because migration', 'duration-invalid'],
  ])('“%s” is not understood: %s', async (text, code) => {
    expect((await bench.remarkOn(text)).code).toBe(code);
    expect([bench.state.holds, bench.state.woken]).toEqual([[], []]);
  });

  it('says which hold it takes the place of, and how many wait', async () => {
    bench.state.holds = [HOLD];
    bench.state.gates = [gate('one'), gate('two', { service: 'search' })];
    const content = await bench.say('hold payments because more');
    expect(content).toMatchObject({ replaced: { id: 'hold', endedBy: ADA }, waiting: 1, isUsualTime: true });
  });
});

describe('release', () => {
  it('ends the hold of a service, once', async () => {
    bench.state.holds = [HOLD];
    bench.state.gates = [gate('one')];
    expect(await bench.say('release payments')).toMatchObject({
      hold: { endedAt: NOON, endedBy: ADA },
      waiting: 1,
    });
    expect(await bench.remarkOn('release payments')).toEqual({ code: 'not-held', service: 'payments' });
    expect(bench.state.woken).toEqual(['payments']);
  });

  it.each([
    ['release 77', ''],
    ['release #77', ''],
    ['release run 77 because only docs, really', 'only docs, really'],
    ['release 5b0c7a10-0000-4000-8000-000000000001', ''],
  ])('“%s” lets one gate continue, and no other', async (text, because) => {
    const id = '5b0c7a10-0000-4000-8000-000000000001';
    bench.state.gates = [gate(id), gate('other', { buildId: 78 })];
    bench.state.holds = [HOLD];
    const release = {
      gateId: id,
      service: 'payments',
      by: ADA,
      because,
      at: NOON,
      until: NOON + HOUR,
      buildId: 77,
    };
    expect(await bench.say(text)).toMatchObject({
      kind: 'released',
      gate: { id, caller: { buildId: 77 } },
      release,
    });
    expect(bench.state.releases).toEqual([release]);
    expect(bench.state.holds).toEqual([HOLD]);
    expect(await bench.remarkOn(text)).toMatchObject({ code: 'gate-not-waiting' });
  });

  it('asks which one, when a run waits at several gates', async () => {
    bench.state.gates = [gate('one'), gate('two', { service: 'search' })];
    expect(await bench.say('release 77')).toMatchObject({
      kind: 'gates',
      typed: '77',
      gates: [{ id: 'one' }, { id: 'two' }],
    });
    expect(bench.state.releases).toEqual([]);
  });

  it.each([
    ['release', 'argument-missing'],
    ['release payments 77', 'argument-surplus'],
    ['release paymnts', 'service-unknown'],
    ['release python-base', 'base-has-no-gate'],
    ['release 4711', 'gate-not-waiting'],
    ['release 20261122.8', 'gate-not-waiting'],
  ])('“%s” is not understood: %s', async (text, code) => {
    bench.state.gates = [gate('one')];
    expect((await bench.remarkOn(text)).code).toBe(code);
    expect(bench.state.woken).toEqual([]);
  });
});

describe('gates', () => {
  it('lists who waits, with the page of the run that asked, and what is held', async () => {
    bench.state.gates = [gate('one'), gate('two', { service: 'docs' }), gate('gone', { service: 'gone' })];
    bench.state.holds = [HOLD];
    const content = await bench.say('gates');
    expect(content).toMatchObject({ kind: 'gates', holds: [HOLD], at: NOON });
    expect(content.kind === 'gates' && content.gates).toEqual([
      {
        ...{
          id: 'one',
          service: 'payments',
          branch: DEVELOP,
          askedAt: NOON - 60_000,
          deadlineAt: NOON + HOUR,
        },
        caller: { buildId: 77, url: 'https://dev.azure.com/contoso/Shop/_build/results?buildId=77' },
      },
      {
        ...{ id: 'two', service: 'docs', branch: DEVELOP, askedAt: NOON - 60_000, deadlineAt: NOON + HOUR },
        caller: { buildId: 77 },
      },
    ]);
  });
});

describe('where people are known', () => {
  const restrict = (change: Partial<Record<string, Service['access']>>) => {
    const services = CATALOG.services.map((service) => {
      const access = change[service.name];
      return access ? { ...service, access } : service;
    });
    bench.state.catalog = { ...CATALOG, services };
  };
  beforeEach(() => {
    bench.state.home = { isLocal: false, tenantId: 'tenant' };
    bench.state.place = { teamId: TEAM };
  });

  it('only operators hold and release, by the id that Teams gave and not by their name', async () => {
    restrict({ payments: { visibleTo: [], operators: [ADA_ID] } });
    bench.state.gates = [gate('one')];
    bench.state.holds = [HOLD];
    for (const text of ['hold payments because x', 'release payments', 'release 77']) {
      const refusal = { code: 'not-operator', why: 'not-operator', service: 'payments' };
      expect(await bench.remarkOn(text), text).toEqual(refusal);
      expect(await bench.remarkOn(text, { fromEntraId: ADA_ID.replace('1', '2') }), text).toEqual(refusal);
    }
    expect([bench.state.woken, bench.state.releases]).toEqual([[], []]);
    const said = await bench.say('release 77', { fromEntraId: ADA_ID });
    expect(said).toMatchObject({ release: { by: { ...ADA, entraId: ADA_ID } } });
  });

  it('nobody does where no operators are named', async () => {
    const refusal = { code: 'not-operator', why: 'nobody-may', service: 'search' };
    expect(await bench.remarkOn('hold search because x', { fromEntraId: ADA_ID })).toEqual(refusal);
  });

  it('what is hidden is not there: every command answers as to a name that nobody has', async () => {
    restrict({ payments: { visibleTo: ['19:other@thread.tacv2'], operators: [ADA_ID] } });
    bench.state.gates = [gate('one')];
    bench.state.holds = [HOLD];
    const who = { fromEntraId: ADA_ID };
    const commands = [
      'status',
      'watch',
      'subscribe',
      'mute',
      'why',
      'unwatch',
      'unsubscribe',
      'unmute',
      'release',
    ];
    for (const command of [...commands, 'hold']) {
      const rest = command === 'hold' ? ' because x' : '';
      const about = async (name: string) => {
        const said = JSON.stringify(await bench.say(`${command} ${name}${rest}`, who));
        return said.replaceAll(name, '<name>');
      };
      expect(await about('payments'), command).toBe(await about('zzzzzzzz'));
      expect(await about('pay'), command).toBe(await about('zzz'));
    }
    for (const text of [
      'services',
      'status',
      'gates',
      'subscribe',
      'status paymnts',
      'release 77',
      'pay',
      'is payment ready?',
    ])
      expect(JSON.stringify(await bench.say(text, who)), text).not.toContain('payments');
    bench.state.place = { teamId: '19:other@thread.tacv2' };
    expect(await bench.say('status payments', who)).toMatchObject({ kind: 'status' });
  });

  it('an operator sees it in the personal chat', async () => {
    restrict({ payments: { visibleTo: [TEAM], operators: [ADA_ID] } });
    bench.state.kind = 'personal';
    bench.state.place = { personEntraId: ADA_ID };
    expect(await bench.say('hold payments because x', { fromEntraId: ADA_ID })).toMatchObject({
      kind: 'hold',
    });
    bench.state.place = { personEntraId: ADA_ID.replace('1', '2') };
    expect((await bench.remarkOn('status payments')).code).toBe('service-unknown');
  });

  it('nothing is seen in a conversation of another tenant', async () => {
    bench.state.home = { isLocal: false, tenantId: 'other' };
    expect((await bench.remarkOn('status payments')).code).toBe('service-unknown');
    expect(await bench.say('services')).toMatchObject({ services: [] });
  });
});
