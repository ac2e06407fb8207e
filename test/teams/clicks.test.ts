// Clicks on cards: they become messages of whoever clicks, in the conversation of the activity. What their data
// says is words and nothing more, whoever made it up.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PipeBotError } from '../../src/errors.ts';
import { clickText } from '../../src/teams/click-text.ts';
import { readActivity } from '../../src/teams/received-activity.ts';
import { toTeamsEvent } from '../../src/teams/to-teams-event.ts';
import { useEntryBench } from './entry-bench.ts';

const CHANNEL = '19:abc@thread.tacv2';
const NOW = Date.UTC(2026, 10, 22, 6);
const click = {
  ...{ type: 'invoke', name: 'adaptiveCard/action', id: 'f:1', channelId: 'msteams' },
  serviceUrl: 'https://smba.trafficmanager.net/amer/',
  from: { id: '29:ada', name: 'Ada Miller' },
  recipient: { id: '28:bot', name: 'PipeBot' },
  conversation: {
    ...{ id: `${CHANNEL};messageid=1700000000000`, conversationType: 'channel', isGroup: true },
    tenantId: 'tenant',
  },
  channelData: { tenant: { id: 'tenant' } },
};

function execute(data: unknown, rest: object = {}): object {
  return { ...click, value: { action: { type: 'Action.Execute', verb: 'pipebot', data }, ...rest } };
}

function submit(data: unknown): object {
  return { ...click, type: 'message', name: undefined, value: data };
}

function messageOf(body: unknown) {
  const activity = readActivity(body);
  const event = activity && toTeamsEvent(activity, NOW);
  return event?.kind === 'message' ? event.message : undefined;
}

function textOf(data: unknown): string | undefined {
  return messageOf(execute(data))?.text;
}

describe('A click', () => {
  test.each([
    ['Action.Execute', execute],
    ['Action.Submit, which old clients use', submit],
  ])('of %s is a message of the one who clicks, in the thread of the card', (_kind, made) => {
    expect(messageOf(made({ pipebot: 'mute payments 2h' }))).toEqual({
      ...{ conversationId: CHANNEL, activityId: 'f:1', threadId: '1700000000000' },
      ...{ text: 'mute payments 2h', from: { id: '29:ada', name: 'Ada Miller' }, receivedAt: NOW },
    });
  });

  const form = { pipebot: 'subscribe', service: 'payments', events: 'failures', style: 'update' };
  test.each<[string, Record<string, unknown>, string]>([
    ['with all its fields', form, 'subscribe payments failures style:update'],
    [
      'in the order in which people say it',
      { ...form, stage: 'Deploy to prod', reason: 'ci,pr', branch: 'release/*' },
      'subscribe payments failures branch:release/* reason:ci,pr stage:"Deploy to prod" style:update',
    ],
    [
      'without what was left empty',
      { pipebot: 'subscribe search', service: '', branch: ' ' },
      'subscribe search',
    ],
    [
      'without fields that it does not have',
      { ...form, conversationId: 'x', from: 'y', id: 'z' },
      'subscribe payments failures style:update',
    ],
    [
      'with a stage that tries to be more',
      { ...form, stage: 'a" style:flat' },
      'subscribe payments failures stage:"a style:flat" style:update',
    ],
    [
      'with a branch of several words',
      { ...form, branch: 'my branch\n' },
      'subscribe payments failures branch:"my branch" style:update',
    ],
    ['with control characters', { pipebot: 'subscribe\u0000\u0007 payments\r\n' }, 'subscribe payments'],
  ])('on the form is said %s', (_how, data, text) => expect(textOf(data)).toBe(text));

  test('on another button says nothing of what a form would', () => {
    expect(textOf({ pipebot: 'unsubscribe payments', service: 'search', style: 'flat' })).toBe(
      'unsubscribe payments',
    );
  });

  const nothings: readonly (readonly [string, unknown])[] = [
    ['no data', undefined],
    ['a text', 'subscribe payments'],
    ['a list', ['pipebot']],
    ['no command', { service: 'payments' }],
    ['an empty command', { pipebot: ' \n ' }],
    ['a command that is no text', { pipebot: { toString: 'help' } }],
    ['a command that is too long', { pipebot: `watch ${'x'.repeat(200)}` }],
    [
      'too many fields',
      { pipebot: 'help', ...Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`f${at}`, 1])) },
    ],
    ['more text than a form has', { pipebot: 'subscribe', stage: 'x'.repeat(2_000) }],
    ['100 kB', { pipebot: 'subscribe', stage: 'x'.repeat(100_000) }],
    ['100 kB of names', { pipebot: 'help', ['x'.repeat(100_000)]: '' }],
    ['a command on its prototype', JSON.parse('{"__proto__":{"pipebot":"help"}}')],
    ['a command on its constructor', JSON.parse('{"constructor":{"prototype":{"pipebot":"help"}}}')],
  ];
  test.each(nothings)('with %s says nothing', (_what, data) => {
    expect(messageOf(execute(data))).toBeUndefined();
    expect(messageOf(submit(data))).toBeUndefined();
  });

  test('takes no field from a prototype', () => {
    const data: unknown = JSON.parse(
      '{"pipebot":"subscribe","__proto__":{"service":"payments","style":"flat"}}',
    );
    expect(textOf(data)).toBe('subscribe');
    expect(({} as { service?: string }).service).toBeUndefined();
  });

  test.each<[string, object]>([
    ['of a card that refreshes itself', execute({ pipebot: 'help' }, { trigger: 'automatic' })],
    ['without an id', { ...execute({ pipebot: 'help' }), id: undefined }],
    ['of nobody', { ...execute({ pipebot: 'help' }), from: undefined }],
    ['of a bot', { ...execute({ pipebot: 'help' }), from: { id: '28:other' } }],
    ['outside a conversation', { ...execute({ pipebot: 'help' }), conversation: {} }],
    ['that is another invoke', { ...execute({ pipebot: 'help' }), name: 'task/submit' }],
    ['whose value is no object', { ...click, value: 'help' }],
    ['whose action is missing', { ...click, value: { data: { pipebot: 'help' } } }],
  ])('%s is none', (_what, body) => expect(messageOf(body)).toBeUndefined());

  test('in a message with a text counts less than the text', () => {
    const typed = { ...submit({ pipebot: 'unsubscribe all' }), text: '<at>PipeBot</at> help' };
    const entities = [{ type: 'mention', mentioned: { id: '28:bot', name: 'PipeBot' } }];
    expect(messageOf({ ...typed, entities })?.text).toBe('help');
    expect(messageOf(typed)?.text).toBe('help');
    expect(messageOf({ ...typed, text: 'help' })).toBeUndefined();
  });

  test('can carry anything', () => {
    const value = fc.oneof(fc.string({ unit: 'binary' }), fc.anything());
    const fields = fc.constantFrom('pipebot', 'service', 'branch', 'stage', 'style', '__proto__', 'toString');
    fc.assert(
      fc.property(fc.dictionary(fields, value), (data) => {
        const text = textOf(JSON.parse(JSON.stringify({ pipebot: 'subscribe', ...data }) ?? '{}'));
        if (text === undefined) return;
        expect(text.length).toBeLessThanOrEqual(2_300);
        expect(text).not.toMatch(/\p{Cc}/u);
        expect(text.isWellFormed()).toBe(true);
      }),
      { numRuns: 3_000 },
    );
    expect(clickText(new Map())).toBeUndefined();
  });
});

const bench = useEntryBench();

describe('Teams hears', () => {
  const posted = (change: object) =>
    bench.teams.postActivity({
      ...bench.message(),
      ...execute({ pipebot: 'status' }),
      ...addressed(),
      ...change,
    });
  const addressed = () => {
    const { serviceUrl, from, recipient, conversation, channelData } = bench.message();
    return { serviceUrl, from, recipient, conversation, channelData };
  };

  test('at once that a click was taken, when it has been stored', async () => {
    const answer = await posted({});
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toEqual({
      ...{ statusCode: 200, type: 'application/vnd.microsoft.activity.message' },
      value: expect.stringMatching(/^.{1,60}$/),
    });
    expect(bench.events).toMatchObject([{ kind: 'message', message: { text: 'status', activityId: 'f:1' } }]);
  });

  test('in the same shape when it could not be, since no click is repeated', async () => {
    bench.failure = new PipeBotError('store-unavailable');
    const answer = await posted({});
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toMatchObject({
      ...{ statusCode: 500, type: 'application/vnd.microsoft.error' },
      value: { message: expect.stringContaining('try again') },
    });
    expect(bench.log.entries).toMatchObject([{ level: 'error', message: 'activity not stored' }]);
  });

  test('that a click which says nothing is not supported', async () => {
    const answer = await posted({ value: { action: { data: { pipebot: '' } } } });
    expect(JSON.parse(answer.body)).toMatchObject({ statusCode: 400 });
    expect(bench.events).toEqual([]);
  });

  test('a refusal when the click comes from another tenant', async () => {
    expect((await posted({ conversation: { id: 'a:1', tenantId: 'other' } })).status).toBe(403);
    expect((await posted({ from: { id: '29:guest', tenantId: 'other' } })).status).toBe(403);
    expect(bench.events).toEqual([]);
  });

  test('nothing but 200 about a click of an old client', async () => {
    const answer = await posted({ ...submit({ pipebot: 'status' }), ...addressed(), text: undefined });
    expect(answer).toMatchObject({ status: 200, body: '' });
    expect(bench.events).toMatchObject([{ kind: 'message', message: { text: 'status' } }]);
  });
});
