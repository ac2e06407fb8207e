import { describe, expect, test } from 'vitest';
import { fromRow } from '../../src/store/from-row.ts';
import { MAX_KEY_LENGTH, storableIds, toInstant, toJson, toKey, toText } from '../../src/store/to-column.ts';
import { longKey, NOW, ODD_STRINGS } from './examples.ts';

describe('text on its way into the database', () => {
  test.each(ODD_STRINGS)('$name is stored as what PostgreSQL can hold', ({ given, stored }) => {
    expect(toText(given)).toBe(stored);
    expect(JSON.parse(toJson({ [given]: [given] }) ?? '')).toEqual(Object.fromEntries([[stored, [stored]]]));
  });

  test('what is absent becomes null', () => {
    expect([toText(undefined), toKey(undefined), toJson(undefined), toInstant(undefined)]).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });
});

describe('keys', () => {
  test('an ordinary key stays as it is', () => {
    const key = `reply:${'x'.repeat(MAX_KEY_LENGTH - 6)}`;
    expect(toKey(key)).toBe(key);
  });

  test('keys that are too long are cut and remain different', () => {
    const [one, other] = [toKey(longKey('one')), toKey(longKey('other'))];
    expect(one).toHaveLength(MAX_KEY_LENGTH);
    expect(one).not.toBe(other);
    expect(toKey(longKey('one'))).toBe(one);
  });

  test('a key from the store leads back to its row', () => {
    const stored = toKey(longKey('one'));
    expect(toKey(stored)).toBe(stored);
  });

  test('a key is never cut through a character', () => {
    for (const lead of ['', 'x']) {
      const key = toKey(`${lead}${'🚀'.repeat(300)}`);
      expect(key).toBe(key.toWellFormed());
      expect(key.length).toBeLessThanOrEqual(MAX_KEY_LENGTH);
    }
  });
});

test('an instant beyond the year 9999 is stored as its end', () => {
  expect(toInstant(NOW).getTime()).toBe(NOW);
  expect(toInstant(8.64e15).toISOString()).toBe('9999-12-31T00:00:00.000Z');
});

test('ids that no bigint holds exactly are left out of a search', () => {
  expect(storableIds([183, 1e30, 1.5, Number.NaN, Number.MAX_SAFE_INTEGER])).toEqual([
    183,
    Number.MAX_SAFE_INTEGER,
  ]);
});

test('a row loses its nulls and its dates become ms since the epoch', () => {
  const row: { id: number; name: string | null; at: Date; content: { nothing: null }; none: false } = {
    id: 0,
    name: null,
    at: new Date(NOW),
    content: { nothing: null },
    none: false,
  };
  expect(fromRow(row)).toStrictEqual({ id: 0, at: NOW, content: { nothing: null }, none: false });
});
