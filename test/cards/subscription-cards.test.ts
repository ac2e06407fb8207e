// The cards about subscriptions: their buttons, the form's fields, and what they do when there is too much.
import { describe, expect, it } from 'vitest';
import { cardToText } from '../../src/cards/card-to-text.ts';
import { renderContent } from '../../src/cards/render-content.ts';
import type { Content, Explanation } from '../../src/domain/content.ts';
import { EXPLANATIONS, explanation, mute, SUBSCRIPTION_CARDS, subscription } from './sample-subscriptions.ts';
import { NOW, watch } from './sample-values.ts';

type Json = Readonly<Record<string, unknown>>;

function cardOf(content: Content | undefined, shrinkStep = 0): Json {
  const message = content && renderContent(content, { now: NOW, mayRepeat: false, shrinkStep });
  if (message?.kind !== 'card') throw new Error('not a card');
  return message.card;
}

/** What the buttons of a card say, in the order in which they stand. */
function commandsOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap(commandsOf);
  if (typeof value !== 'object' || value === null) return [];
  if (Reflect.get(value, 'type') === 'Action.Execute')
    return [Reflect.get(Reflect.get(value, 'data'), 'pipebot')];
  return Object.values(value).flatMap(commandsOf);
}

function inputsOf(content: Content | undefined): Json[] {
  const body = cardOf(content)['body'];
  return Array.isArray(body) ? body.filter(({ type }) => String(type).startsWith('Input.')) : [];
}

describe('what a conversation is subscribed to', () => {
  it('can be ended row by row', () => {
    expect(commandsOf(cardOf(SUBSCRIPTION_CARDS['subscriptions']))).toEqual([
      'unsubscribe subscription-1',
      'unsubscribe subscription-2',
      'unsubscribe subscription-3',
      'unmute payments',
      'unwatch payments',
      'quiet off',
      'subscribe',
    ]);
  });

  it('has no button for an id that is none of ours', () => {
    const ids = ['7f3c0c6e-2a44-4a52-9f0e-0a8f4c1f9b11', 'x y', '', 'x'.repeat(101)];
    const content: Content = {
      kind: 'subscriptions',
      subscriptions: ids.map((id) => subscription({ id })),
      watches: [],
      mutes: [],
    };
    expect(commandsOf(cardOf(content))).toEqual([`unsubscribe ${ids[0]}`, 'subscribe']);
  });

  it('is cut where nobody would read on, and stays a card', () => {
    const content: Content = {
      kind: 'subscriptions',
      subscriptions: Array.from({ length: 50 }, (_, index) => subscription({ id: `s-${index}` })),
      watches: Array.from({ length: 50 }, () => watch()),
      mutes: Array.from({ length: 50 }, () => mute()),
    };
    const text = cardToText(renderContent(content, { now: NOW, mayRepeat: false, shrinkStep: 0 }));
    expect(text).toMatch(/^50 subscriptions\n/);
    expect(text.match(/and 35 more/g)).toHaveLength(3);
  });
});

describe('a new subscription', () => {
  it('says who made it, also when somebody else changes it', () => {
    const made = SUBSCRIPTION_CARDS['subscribed'];
    if (made?.kind !== 'subscribed') throw new Error('not a subscription');
    const textOf = (isChanged: boolean) => JSON.stringify(cardOf({ ...made, isChanged })['body']);
    expect(textOf(false)).toContain(`"By ${made.subscription.createdBy.name}"`);
    expect(textOf(true)).toContain(`"Made by ${made.subscription.createdBy.name}"`);
  });

  it('can be taken back at once', () => {
    expect(commandsOf(cardOf(SUBSCRIPTION_CARDS['subscribed']))).toEqual([
      'unsubscribe subscription-1',
      'subscriptions',
    ]);
  });

  it('to recoveries alone has no style to speak of', () => {
    const content: Content = {
      kind: 'subscribed',
      subscription: subscription({ events: 'recoveries' }),
      isChanged: false,
      actsAsFlat: false,
      failing: [],
    };
    expect(JSON.stringify(cardOf(content))).not.toContain('"Style"');
  });
});

describe('the form', () => {
  it('has a field for everything that subscribe takes, and says subscribe', () => {
    const form = SUBSCRIPTION_CARDS['subscribe-form'];
    expect(inputsOf(form).map(({ id }) => id)).toEqual([
      'service',
      'events',
      'branch',
      'reason',
      'stage',
      'style',
    ]);
    expect(commandsOf(cardOf(form))).toEqual(['subscribe']);
  });

  it('offers the services, with the chosen one set', () => {
    expect(inputsOf(SUBSCRIPTION_CARDS['subscribe-form'])[0]).toMatchObject({
      type: 'Input.ChoiceSet',
      value: 'search',
      choices: [
        { title: 'payments', value: 'payments' },
        { title: 'search', value: 'search' },
        { title: 'recommendations', value: 'recommendations' },
        { title: 'All services and bases', value: '*' },
      ],
    });
  });

  it('offers values that are words of the command', () => {
    const values = inputsOf(SUBSCRIPTION_CARDS['subscribe-form']).flatMap(({ id, choices }) =>
      id === 'service' || !Array.isArray(choices) ? [] : choices.map(({ value }) => value),
    );
    expect(values).toEqual(
      ['failures', 'all', 'recoveries'].concat(
        ['ci', 'pr', 'schedule', 'manual'],
        ['update', 'thread', 'flat'],
      ),
    );
  });

  it('takes the first service when none, or one that is not offered, is chosen', () => {
    for (const chosen of [{}, { chosen: 'unheard-of' }]) {
      const form: Content = { kind: 'subscribe-form', services: ['payments', 'search'], ...chosen };
      expect(inputsOf(form)[0]).toMatchObject({ value: 'payments' });
    }
  });

  it('lets the name be typed where a list would be endless', () => {
    const services = Array.from({ length: 101 }, (_, index) => `service-${index}`);
    const [service] = inputsOf({ kind: 'subscribe-form', services, chosen: 'service-7' });
    expect(service).toMatchObject({ type: 'Input.Text', id: 'service', value: 'service-7' });
  });
});

describe('an explanation', () => {
  it.each<[keyof typeof EXPLANATIONS, string[]]>([
    ['why-muted', ['unmute payments', 'subscriptions']],
    ['why-not-subscribed', ['subscribe payments']],
    ['why-told', ['subscriptions']],
  ])('%s has the buttons that would end the silence', (name, commands) => {
    expect(commandsOf(cardOf({ kind: 'why', explanation: EXPLANATIONS[name] }))).toEqual(commands);
  });

  it('says when it was true, since it stays in the conversation', () => {
    const json = JSON.stringify(cardOf({ kind: 'why', explanation: EXPLANATIONS['why-told'] }));
    const iso = new Date(EXPLANATIONS['why-told'].answeredAt).toISOString().slice(0, 19);
    expect(json).toContain(`As of {{DATE(${iso}Z,SHORT)}} {{TIME(${iso}Z)}}.`);
  });

  it('does not say twice what is the answer already', () => {
    const text = cardToText(
      renderContent(
        { kind: 'why', explanation: EXPLANATIONS['why-unread'] },
        { now: NOW, mayRepeat: false, shrinkStep: 0 },
      ),
    );
    expect(text.match(/last read 25 min ago/g)).toHaveLength(1);
  });

  it('of very much stays a card of bounded length', () => {
    const one = EXPLANATIONS['why-filtered'].subscriptions[0];
    if (!one) throw new Error('no subscription in the sample');
    const huge: Explanation = explanation({
      subscriptions: Array.from({ length: 50 }, () => ({
        ...one,
        alerts: Array.from({ length: 50 }, () => one.alerts[0]).filter((alert) => alert !== undefined),
      })),
      mutes: Array.from({ length: 50 }, () => mute()),
      observations: Array.from({ length: 500 }, () => ({ name: 'x', branch: '*', readAt: NOW })),
    });
    const json = JSON.stringify(cardOf({ kind: 'why', explanation: huge }));
    expect(json.length).toBeLessThan(20_000);
  });
});
