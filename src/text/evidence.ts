// What an explanation rests on, one sentence for each piece: how old the last reading is, what became of the last
// message, whether quiet hours hold, whether service hooks come. It must not draw conclusions; why.ts does.
import type { Explanation } from '../domain/content.ts';
import { ANY_BRANCH } from '../domain/place.ts';
import { branchText, plainText, sentence } from './plain.ts';
import { explainMute, quietText } from './subscription.ts';
import { agoText, durationText } from './time.ts';

/** When the builds of a definition were last read. `now` in ms since the epoch. */
export function explainObservation(
  { name, branch, readAt }: Explanation['observations'][number],
  now: number,
): string {
  const where = `${plainText(name)} on ${branch === ANY_BRANCH ? 'every branch' : branchText(branch)}`;
  return readAt === undefined
    ? `${where} has never been read from Azure DevOps.`
    : `${where} was last read ${agoText(readAt, now)}.`;
}

/** Quiet hours, and whether they hold at the moment. */
export function quietSentence(quiet: NonNullable<Explanation['quiet']>, now: number): string {
  const { isQuietUntil } = quiet;
  const rest =
    isQuietUntil === undefined ? '' : `; they hold for another ${durationText(isQuietUntil - now)}`;
  return `Quiet hours are ${quietText(quiet)}${rest}.`;
}

/** What became of the last message of this conversation; empty when there was none. */
export function deliveryText({ lastDelivery, answeredAt }: Explanation): string {
  if (!lastDelivery) return '';
  const { state, attempts, at, detail, isInDoubt } = lastDelivery;
  const because = plainText(detail) === '' ? '' : `: ${plainText(detail, 200)}`;
  const tries = attempts < 1 ? '' : ` after ${attempts === 1 ? '1 attempt' : `${attempts} attempts`}`;
  const doubt = isInDoubt ? ' An attempt was never confirmed, so it may have come twice.' : '';
  return `${sentence(DELIVERIES[state]({ when: agoText(at, answeredAt), tries, because }))}${doubt}`;
}

interface Delivery {
  readonly when: string;
  readonly tries: string;
  readonly because: string;
}

const DELIVERIES = {
  queued: ({ when, tries, because }) => `The last message (${when}) is still to be sent${tries}${because}`,
  sending: ({ when, tries }) => `The last message (${when}) is being sent${tries}`,
  delivered: ({ when }) => `The last message was delivered ${when}`,
  suspended: ({ when }) => `The last message (${when}) waits until PipeBot is added here again`,
  parked: ({ when, tries, because }) =>
    `The last message (${when}) could not be delivered${tries}, and was given up${because}`,
} as const satisfies Record<
  NonNullable<Explanation['lastDelivery']>['state'],
  (delivery: Delivery) => string
>;

/** Whether Azure DevOps tells of runs by itself. */
function hookText({ lastHookAt, answeredAt }: Explanation): string {
  return lastHookAt === undefined
    ? 'No service hook has come yet, so news may take a minute longer.'
    : `The last service hook came ${agoText(lastHookAt, answeredAt)}.`;
}

/** All of it, a sentence each; hooks only where somebody waits for what they tell. */
export function explainEvidence(explanation: Explanation): string[] {
  const { subscriptions, mutes, quiet, observations, answeredAt: now } = explanation;
  return [
    ...mutes.map((mute) => explainMute(mute, now)),
    ...(quiet ? [quietSentence(quiet, now)] : []),
    ...observations.map((observation) => explainObservation(observation, now)),
    deliveryText(explanation),
    subscriptions.length === 0 ? '' : hookText(explanation),
  ].filter((text) => text !== '');
}
