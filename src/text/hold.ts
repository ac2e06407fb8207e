// Holds, releases and waiting gates in words. It must not decide anything.
import type { Content, OpenGate } from '../domain/content.ts';
import type { HoldRecord } from '../domain/hold.ts';
import { explainDecision } from './decision.ts';
import { branchText, plainText, sentence } from './plain.ts';
import { durationText, isJustNow } from './time.ts';

type HoldContent = Extract<Content, { kind: 'hold' }>;
type Released = Extract<Content, { kind: 'released' }>;
type Gates = Extract<Content, { kind: 'gates' }>;

const MAX_REASON_LENGTH = 300;

/** `payments is held`, `payments is no longer held`. */
export function holdTitle({ hold }: Pick<HoldContent, 'hold'>): string {
  const service = plainText(hold.service);
  if (hold.endedAt !== undefined) return `${service} is no longer held`;
  return hold.verdict === 'stop' ? `${service} is stopped` : `${service} is held`;
}

/** What that means for pipelines, how long, and how it ends. */
export function explainHoldContent(content: HoldContent): string {
  const { hold, waiting, isUsualTime, replaced } = content;
  if (hold.endedAt !== undefined)
    return `${whoText(hold.endedBy?.name)} released it. ${waitingText(waiting)} decided by the bases again.`;
  const effect =
    hold.verdict === 'stop'
      ? 'Every pipeline that asks is stopped at once'
      : 'Every pipeline that asks waits, until its own time is up at the latest';
  const time = durationText(hold.until - hold.at);
  const usual = isUsualTime ? ` (${time} unless you say; 30 days at most)` : ` (${time})`;
  const before = replaced
    ? ` It takes the place of the hold by ${whoText(replaced.by.name).toLowerCase() === 'somebody' ? 'somebody' : plainText(replaced.by.name)}.`
    : '';
  return `${effect}. It ends by itself${usual}, or when somebody types: release ${plainText(hold.service)}.${before}`;
}

function waitingText(waiting: number): string {
  if (waiting === 0) return 'No pipeline waits; the next ones are';
  return waiting === 1 ? 'One pipeline waits and is' : `${waiting} pipelines wait and are`;
}

/** The reason as it was given. */
export function becauseText(because: unknown): string {
  return plainText(because, MAX_REASON_LENGTH) || 'no reason was given';
}

export function whoText(name: unknown): string {
  return plainText(name) || 'Somebody';
}

/** `Run 4711`, or what can be said of a caller that did not say which run it is. */
export function callerText({ caller }: OpenGate): string {
  if (!caller) return 'A pipeline';
  return `Run ${plainText(caller.number) || caller.buildId}`;
}

/** `Run 4711 continues`. */
export function releasedTitle({ gate }: Released): string {
  return `${callerText(gate)} continues`;
}

export function explainReleased({ gate, release }: Released): string {
  const because = plainText(release.because, MAX_REASON_LENGTH);
  const why = because === '' ? '' : `: ${because}`;
  return `${sentence(`${whoText(release.by.name)} released this one gate of ${plainText(gate.service)}${why}`)} The next run is decided by the bases again.`;
}

/** `3 pipelines wait`. */
export function gatesTitle({ gates, typed }: Gates): string {
  if (typed !== undefined) return `${plainText(typed, 60)} waits at ${gates.length} gates`;
  if (gates.length === 0) return 'No pipeline waits';
  return gates.length === 1 ? '1 pipeline waits' : `${gates.length} pipelines wait`;
}

/** `payments on develop, for 6 min, gives up in 24 min`. `now` in ms since the epoch. */
export function gateDetail({ service, branch, askedAt, deadlineAt }: OpenGate, now: number): string {
  const where =
    branchText(branch) === '' ? plainText(service) : `${plainText(service)} on ${branchText(branch)}`;
  return `${where}, for ${durationText(now - askedAt)}; gives up in ${durationText(deadlineAt - now)}.`;
}

/** For what it waits. */
export function gateReason({ decision, askedAt }: OpenGate, now: number): string {
  return decision ? explainDecision({ decision, answeredAt: now, askedAt }) : 'It has only just asked.';
}

/** `by Ada for 2 h, for another 22 h: migration.` `now` in ms since the epoch. */
export function holdDetail({ by, at, until, because, verdict }: HoldRecord, now: number): string {
  const manner = verdict === 'stop' ? 'stopped' : 'held';
  const since = isJustNow(at, now) ? 'just now' : `for ${durationText(now - at)}`;
  return sentence(
    `${manner} by ${plainText(by.name) || 'somebody'} ${since}, for another ${durationText(until - now)}: ${becauseText(because)}`,
  );
}
