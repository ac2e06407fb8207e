// What is sealed opens only with a key that was there, only where it stood, and only as it was.
import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/secret.ts';
import { createSeal } from '../../src/store/seal.ts';

const newKey = () => new Secret(randomBytes(32).toString('base64'));
const [OLD, NEW] = [newKey(), newKey()];
const TOKEN = new Secret('eyJ-canary-token');
const PLACE = 'pipebot.checks 1';

/** The sealed text with one bit of one of its bytes the other way round. */
function flipped(sealed: string, index: number, bit: number): string {
  const [version, fingerprint, text = ''] = sealed.split('.');
  const bytes = Buffer.from(text, 'base64url');
  const place = index % bytes.length;
  bytes[place] = (bytes[place] ?? 0) ^ (1 << bit);
  return [version, fingerprint, bytes.toString('base64url')].join('.');
}

describe('a seal', () => {
  it('gives back any text that it sealed', () => {
    const seal = createSeal([NEW]);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 3_000 }), fc.string(), (text, place) => {
        expect(seal.unseal(seal.seal(new Secret(text), place), place)?.reveal()).toBe(text);
      }),
      { numRuns: 300 },
    );
  });

  it('never seals one text twice alike, and shows nothing of it', () => {
    const seal = createSeal([NEW]);
    const sealed = Array.from({ length: 100 }, () => seal.seal(TOKEN, PLACE));
    expect(new Set(sealed).size).toBe(100);
    const nonces = sealed.map((text) =>
      Buffer.from(text.split('.')[2] ?? '', 'base64url').toString('hex', 0, 12),
    );
    expect(new Set(nonces).size).toBe(100);
    for (const text of sealed) {
      expect(text).not.toContain('canary');
      expect(Buffer.from(text.split('.')[2] ?? '', 'base64url').toString('latin1')).not.toContain('canary');
    }
  });

  it('does not open what was moved to another place', () => {
    const seal = createSeal([NEW]);
    const sealed = seal.seal(TOKEN, PLACE);
    for (const place of ['pipebot.checks 2', '', `${PLACE} `])
      expect(seal.unseal(sealed, place)).toBeUndefined();
    expect(seal.unseal(sealed, PLACE)?.reveal()).toBe(TOKEN.reveal());
  });

  it('does not open what was altered, in any bit', () => {
    const seal = createSeal([NEW]);
    const sealed = seal.seal(TOKEN, PLACE);
    const { length } = Buffer.from(sealed.split('.')[2] ?? '', 'base64url');
    for (let index = 0; index < length; index += 1)
      for (let bit = 0; bit < 8; bit += 1)
        expect(seal.unseal(flipped(sealed, index, bit), PLACE), `${index}.${bit}`).toBeUndefined();
  });

  it('does not open what was altered in bits that stand for nothing', () => {
    const seal = createSeal([NEW]);
    // One byte at a time, so that each way in which base64 can end is met.
    for (const plain of ['a', 'ab', 'abc']) {
      const sealed = seal.seal(new Secret(plain), PLACE);
      for (const sign of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_') {
        const altered = sealed.slice(0, -1) + sign;
        expect(seal.unseal(altered, PLACE)?.reveal(), altered).toBe(altered === sealed ? plain : undefined);
      }
    }
  });

  it('does not open what is shorter, longer, of another version or nonsense', () => {
    const seal = createSeal([NEW]);
    const sealed = seal.seal(TOKEN, PLACE);
    const [, fingerprint] = sealed.split('.');
    const odd = [
      '',
      'v1',
      'v1..',
      `v1.${fingerprint}.`,
      `v1.${fingerprint}.AAAA`,
      sealed.replace('v1', 'v2'),
    ];
    for (const text of [...odd, sealed.slice(0, -1), `${sealed}A`, `${sealed}=`, ` ${sealed}`, `${sealed}\n`])
      expect(seal.unseal(text, PLACE), text).toBeUndefined();
    fc.assert(fc.property(fc.string(), (text) => seal.unseal(text, PLACE) === undefined));
  });

  it('seals with the first key and opens with every one', () => {
    const before = createSeal([OLD]).seal(TOKEN, PLACE);
    const rotating = createSeal([NEW, OLD]);
    expect(rotating.unseal(before, PLACE)?.reveal()).toBe(TOKEN.reveal());
    const after = rotating.seal(TOKEN, PLACE);
    expect(createSeal([NEW]).unseal(after, PLACE)?.reveal()).toBe(TOKEN.reveal());
    expect(createSeal([OLD]).unseal(after, PLACE)).toBeUndefined();
  });

  it('does not open with a key that was taken away, not even under another key’s fingerprint', () => {
    const before = createSeal([OLD]).seal(TOKEN, PLACE);
    const seal = createSeal([NEW]);
    expect(seal.unseal(before, PLACE)).toBeUndefined();
    const [, fingerprint = ''] = seal.seal(TOKEN, PLACE).split('.');
    const [version, , text] = before.split('.');
    expect(seal.unseal([version, fingerprint, text].join('.'), PLACE)).toBeUndefined();
  });

  it('without a key seals and opens nothing', () => {
    const sealed = createSeal([NEW]).seal(TOKEN, PLACE);
    const seal = createSeal([]);
    expect([seal.canSeal, createSeal([NEW]).canSeal]).toEqual([false, true]);
    expect(seal.unseal(sealed, PLACE)).toBeUndefined();
    expect(() => seal.seal(TOKEN, PLACE)).toThrow(expect.objectContaining({ code: 'check-unavailable' }));
  });

  it('takes no key of another length, and prints none', () => {
    for (const bytes of [0, 16, 31, 33])
      expect(() => createSeal([new Secret(randomBytes(bytes).toString('base64'))])).toThrow(TypeError);
    const printed = inspect(createSeal([NEW]), { depth: 9 });
    expect(printed).not.toContain(NEW.reveal().slice(0, 8));
  });
});
