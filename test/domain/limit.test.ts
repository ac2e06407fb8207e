import { expect, it } from 'vitest';
import { reachedLimit, SUBSCRIPTION_LIMITS, WATCH_LIMITS } from '../../src/domain/limit.ts';

it.each([
  [{ conversation: 49, person: 99, tenant: 4_999 }, undefined],
  [
    { conversation: 50, person: 100, tenant: 0 },
    { limit: 50, whose: 'conversation' },
  ],
  [
    { conversation: 0, person: 100, tenant: 5_000 },
    { limit: 100, whose: 'person' },
  ],
  [
    { conversation: 0, person: 0, tenant: 5_001 },
    { limit: 5_000, whose: 'tenant' },
  ],
])('with %j the limit of subscriptions that is reached is %j', (counts, reached) => {
  expect(reachedLimit(counts, SUBSCRIPTION_LIMITS)).toEqual(reached);
});

it('a tenant may have more watches than subscriptions, since they end by themselves', () => {
  expect(reachedLimit({ conversation: 0, person: 0, tenant: 19_999 }, WATCH_LIMITS)).toBeUndefined();
  expect(reachedLimit({ conversation: 0, person: 0, tenant: 20_000 }, WATCH_LIMITS)).toEqual({
    limit: 20_000,
    whose: 'tenant',
  });
});
