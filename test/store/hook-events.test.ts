import { expect, test } from 'vitest';
import { createHookEvents } from '../../src/store/hook-events.ts';
import type { HookEvent, HookEventState } from '../../src/usecases/ports.ts';
import { eachMigratedDatabase } from '../support/databases.ts';
import { longKey, NOW, ODD_STRINGS, race } from './examples.ts';

const STATES: readonly HookEventState[] = ['hint', 'not-ours', 'unknown-event', 'unreadable'];

const EVENT: HookEvent = { id: 'event-1', receivedAt: NOW, eventType: 'build.complete', state: 'hint' };
const COMPLETE: HookEvent = { ...EVENT, organization: 'contoso', definitionId: 183, buildId: 4242 };

eachMigratedDatabase('service hooks', (open) => {
  async function openEvents() {
    const database = await open();
    return { database, events: createHookEvents(database) };
  }

  test.each([
    ['nothing that may be absent', EVENT, [null, null, null]],
    ['everything', COMPLETE, ['contoso', 183, 4242]],
    [
      'numbers that no column can hold',
      { ...COMPLETE, definitionId: 1e30, buildId: 1.5 },
      ['contoso', null, null],
    ],
  ])('an event with %s is stored', async (_, event, expected) => {
    const { database, events } = await openEvents();
    expect(await events.add(event)).toBe(true);
    const [row] = await database.query<object>(
      'select organization, definition_id, build_id, id, event_type, state from pipebot.hook_events',
    );
    expect(Object.values(row ?? {})).toEqual([...expected, 'event-1', 'build.complete', 'hint']);
  });

  test.each(STATES)('an event that is %s is stored once, however often it comes', async (state) => {
    const { events } = await openEvents();
    expect(await events.add({ ...EVENT, state })).toBe(true);
    expect(await events.add({ ...COMPLETE, state })).toBe(false);
    expect(await events.add({ ...EVENT, id: 'event-2', state })).toBe(true);
  });

  test('odd texts and ids too long for an index are stored', async () => {
    const { events } = await openEvents();
    for (const { name, given } of ODD_STRINGS) {
      const odd = { ...COMPLETE, id: longKey(given), eventType: given, organization: given };
      expect(await events.add(odd), name).toBe(true);
      expect(await events.add(odd), name).toBe(false);
      expect(await events.lastReceivedAt(given, [183]), name).toBe(NOW);
    }
  });

  test('the last hint for some definitions of an organization is told', async () => {
    const { events } = await openEvents();
    const add = (id: string, receivedAt: number, difference: Partial<HookEvent> = {}) =>
      events.add({ ...COMPLETE, id, receivedAt, ...difference });
    await add('a', NOW);
    await add('b', NOW - 1);
    await add('c', NOW + 1, { definitionId: 184 });
    await add('d', NOW + 2, { organization: 'fabrikam' });
    await add('e', NOW + 3, { state: 'not-ours' });
    await events.add({ ...EVENT, id: 'f', receivedAt: NOW + 4, organization: 'contoso' });
    expect(await events.lastReceivedAt('contoso', [183])).toBe(NOW);
    expect(await events.lastReceivedAt('contoso', [183, 184, 185, 1e30])).toBe(NOW + 1);
    expect(await events.lastReceivedAt('contoso', [185])).toBeUndefined();
    expect(await events.lastReceivedAt('contoso', [])).toBeUndefined();
  });

  test('of two who bring the same event at once, one has stored it', async () => {
    const { database, events } = await openEvents();
    const bySecond = await race(database, {
      first: () => events.add(EVENT),
      meanwhile: () => Promise.resolve(),
      second: () => events.add(EVENT),
    });
    expect(bySecond).toBe(false);
  });

  test('events that came before a time are forgotten', async () => {
    const { events } = await openEvents();
    await events.add({ ...EVENT, receivedAt: NOW - 1 });
    await events.add({ ...EVENT, id: 'event-2' });
    await events.deleteBefore(NOW);
    expect(await events.add(EVENT)).toBe(true);
    expect(await events.add({ ...EVENT, id: 'event-2' })).toBe(false);
  });
});
