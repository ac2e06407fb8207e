import { expect, it } from 'vitest';
import { type Mute, mutedUntil } from '../../src/domain/mute.ts';
import { DAWN } from '../support/build-of.ts';

const mute = (service: string, until: number): Mute => ({
  conversationId: 'c',
  service,
  until,
  by: { id: 'ada', name: 'Ada' },
});

it.each<[string, readonly Mute[], number | undefined]>([
  ['is not muted without a mute', [], undefined],
  ['is muted by its own', [mute('payments', DAWN + 5)], DAWN + 5],
  ['is muted with everything', [mute('*', DAWN + 5)], DAWN + 5],
  ['is not muted by that of another', [mute('search', DAWN + 5), mute('pay', DAWN + 5)], undefined],
  [
    'is muted by the longest',
    [mute('*', DAWN + 5), mute('payments', DAWN + 9), mute('*', DAWN + 7)],
    DAWN + 9,
  ],
  ['is not muted by one that is over', [mute('payments', DAWN - 1)], undefined],
  ['is not muted at the very end', [mute('payments', DAWN)], undefined],
])('a service %s', (_title, mutes, until) => expect(mutedUntil(mutes, ['payments'], DAWN)).toBe(until));

it('what goes by several names is muted by the longest mute of any', () => {
  const mutes = [mute('payments', DAWN + 5), mute('python-base', DAWN + 9), mute('search', DAWN + 11)];
  expect(mutedUntil(mutes, ['payments', 'python-base'], DAWN)).toBe(DAWN + 9);
  expect(mutedUntil(mutes, [], DAWN)).toBe(undefined);
});
