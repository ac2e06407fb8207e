// A mute: one conversation hears nothing of a service for a while. It expires by itself.
import { ALL_SERVICES } from './subscription.ts';
import type { Person } from './watch.ts';

export interface Mute {
  readonly conversationId: string;
  /** Name of a service or base, or `ALL_SERVICES`. */
  readonly service: string;
  /** Ms since the epoch, PipeBot's clock. */
  readonly until: number;
  readonly by: Person;
}

/** The shortest: a bare number counts as seconds, and nobody means so few. */
export const MIN_MUTE_MS = 60_000;
/** The longest; who wants to hear nothing for longer should unsubscribe. */
export const MAX_MUTE_MS = 30 * 24 * 3_600_000;

/**
 * Until when something is muted, by one of the names that it goes by or with everything else; undefined when it is
 * not. A service is not muted because one of its bases is.
 */
export function mutedUntil(
  mutes: readonly Mute[],
  names: readonly string[],
  now: number,
): number | undefined {
  const untils = mutes
    .filter(({ service, until }) => until > now && (service === ALL_SERVICES || names.includes(service)))
    .map(({ until }) => until);
  return untils.length > 0 ? Math.max(...untils) : undefined;
}
