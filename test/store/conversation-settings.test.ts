import { expect, test } from 'vitest';
import type { QuietHours } from '../../src/domain/quiet-hours.ts';
import { createConversationSettings } from '../../src/store/conversation-settings.ts';
import { eachMigratedDatabase } from '../support/databases.ts';
import { longKey, NOW, ODD_STRINGS, race } from './examples.ts';

const QUIET: QuietHours = { fromMinute: 1_320, toMinute: 420, timeZone: 'Europe/Berlin' };
const CONVERSATION = '19:general@thread.tacv2';

eachMigratedDatabase('settings of conversations', (open) => {
  async function openSettings() {
    const database = await open();
    return { database, settings: createConversationSettings(database) };
  }

  test('a conversation that has set nothing and heard nothing has no settings', async () => {
    const { settings } = await openSettings();
    expect(await settings.find(CONVERSATION)).toStrictEqual({});
  });

  test('quiet hours come back as they were saved, until they are switched off', async () => {
    const { settings } = await openSettings();
    await settings.saveQuiet(CONVERSATION, { ...QUIET, fromMinute: 0 });
    await settings.saveQuiet(CONVERSATION, QUIET);
    expect(await settings.find(CONVERSATION)).toStrictEqual({ quiet: QUIET });
    expect(await settings.find('19:other')).toStrictEqual({});
    await settings.saveQuiet(CONVERSATION, undefined);
    expect(await settings.find(CONVERSATION)).toStrictEqual({});
  });

  test('the time of the last news never goes back', async () => {
    const { settings } = await openSettings();
    for (const at of [NOW, NOW + 1, NOW - 1]) await settings.saveLastNews(CONVERSATION, at);
    expect(await settings.find(CONVERSATION)).toStrictEqual({ lastNewsAt: NOW + 1 });
  });

  test('neither of the two undoes the other', async () => {
    const { settings } = await openSettings();
    await settings.saveQuiet(CONVERSATION, QUIET);
    await settings.saveLastNews(CONVERSATION, NOW);
    expect(await settings.find(CONVERSATION)).toStrictEqual({ quiet: QUIET, lastNewsAt: NOW });
    await settings.saveQuiet(CONVERSATION, undefined);
    expect(await settings.find(CONVERSATION)).toStrictEqual({ lastNewsAt: NOW });
    await settings.saveQuiet(CONVERSATION, QUIET);
    expect(await settings.find(CONVERSATION)).toStrictEqual({ quiet: QUIET, lastNewsAt: NOW });
  });

  test('odd texts and ids too long for an index are stored', async () => {
    const { settings } = await openSettings();
    for (const { name, given, stored } of ODD_STRINGS) {
      await settings.saveQuiet(longKey(given), { ...QUIET, timeZone: given });
      expect((await settings.find(longKey(given))).quiet?.timeZone, name).toBe(stored);
    }
  });

  test('two who tell news at once leave the later time, and the quiet hours', async () => {
    const { database, settings } = await openSettings();
    await race(database, {
      first: () => settings.saveLastNews(CONVERSATION, NOW + 1),
      meanwhile: () => settings.saveQuiet(CONVERSATION, QUIET),
      second: () => settings.saveLastNews(CONVERSATION, NOW),
    });
    expect(await settings.find(CONVERSATION)).toStrictEqual({ quiet: QUIET, lastNewsAt: NOW + 1 });
  });
});
