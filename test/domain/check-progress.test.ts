import { expect, it } from 'vitest';
import { HEARTBEAT_MS, isHeartbeatDue, nextHeartbeatAt } from '../../src/domain/check-progress.ts';

const NOW = Date.parse('2026-11-22T06:00:00Z');

it('gives a sign of life at every look that a look before has left, however late that one spoke', () => {
  for (const tookMs of [0, 1, 5_000, 10_000]) {
    const nextAt = nextHeartbeatAt({}, NOW);
    expect(nextAt).toBe(NOW + HEARTBEAT_MS);
    expect(isHeartbeatDue({ saidAt: NOW + tookMs }, nextAt)).toBe(true);
  }
});

it('does not put off the sign of life when a look in between has nothing to say', () => {
  const progress = { saidAt: NOW };
  expect(isHeartbeatDue(progress, NOW + 30_000)).toBe(false);
  expect(nextHeartbeatAt(progress, NOW + 30_000)).toBe(NOW + HEARTBEAT_MS);
});

it('is not silent for long when the clock was set back', () => {
  expect(isHeartbeatDue({ saidAt: NOW + 3_600_000 }, NOW)).toBe(true);
  expect(nextHeartbeatAt({ saidAt: NOW + 3_600_000 }, NOW)).toBe(NOW + HEARTBEAT_MS);
});
