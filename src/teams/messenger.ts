// Sends messages to Teams through the connector's REST routes: exactly one POST or PUT per call, within a
// deadline and never after it, and what came of it as a value. It must not retry, queue or store; not the SDK's
// continueConversation either, which replies to an id that doesn't exist.
import type { Clock } from '../clock.ts';
import type { SendOutcome } from '../domain/notification.ts';
import type { Person } from '../domain/watch.ts';
import type { Conversation, Log, Messenger, OutgoingMessage } from '../usecases/ports.ts';
import { createBotAuthentication } from './bot-authentication.ts';
import type { Registration, TeamsTesting } from './bot-registration.ts';
import { classifySendAnswer, classifySendFailure } from './classify-send-failure.ts';
import { ConnectorClients, leavingOnlyWhile, wasNeverSent } from './connector-clients.ts';
import { Roster } from './roster.ts';
import { isServiceUrlAllowed, type ServiceUrlRule } from './service-url.ts';
import { joinThread } from './to-conversation.ts';
import { type RenderedMessage, toOutgoingActivity } from './to-outgoing-activity.ts';

export interface MessengerOptions {
  /** `none`: local mode, calls carry no token. */
  readonly registration: Registration;
  /**
   * Makes card or text at the moment of sending; `now` in ms since the epoch. `mention`: who asked for the build of
   * a failure, when that person is in the conversation.
   */
  readonly render: (message: OutgoingMessage, now: number, mention?: Person) => RenderedMessage;
  readonly serviceUrls: ServiceUrlRule;
  readonly clock: Clock;
  readonly log: Log;
  /** For one call with everything it needs, a token included; real time. */
  readonly callTimeoutMs?: number;
  readonly testing?: TeamsTesting;
}

/**
 * @throws PipeBotError `config-invalid` when the registration is unusable
 */
export function createMessenger(options: MessengerOptions): Messenger {
  const { registration, serviceUrls, log, testing } = options;
  const clients = new ConnectorClients(createBotAuthentication(registration, testing), registration);
  const roster = new Roster(clients, options.clock);
  return {
    async send(conversation, message, until = Number.POSITIVE_INFINITY) {
      const outcome = isServiceUrlAllowed(conversation.serviceUrl, serviceUrls)
        ? await callTeams({ clients, roster, conversation, message, until, options })
        : unreachable('service-url-not-allowed');
      if (outcome.kind !== 'delivered') {
        log.warn({ ...outcome, conversationId: conversation.id }, 'message not delivered');
      }
      return outcome;
    },
  };
}

/** Nothing was sent. Kept and tried again: a service URL may become a good one with the next activity. */
function unreachable(detail: string): SendOutcome {
  return { kind: 'refused', refusal: 'unreachable', detail };
}

interface Call {
  readonly clients: ConnectorClients;
  readonly roster: Roster;
  readonly conversation: Conversation;
  readonly message: OutgoingMessage;
  /** Ms since the epoch. */
  readonly until: number;
  readonly options: MessengerOptions;
}

async function callTeams(call: Call): Promise<SendOutcome> {
  const { clients, roster, conversation, message, until, options } = call;
  const { clock, callTimeoutMs = 10_000 } = options;
  const limitMs = Math.min(callTimeoutMs, until - clock.now());
  if (limitMs <= 0) return unreachable('turn-over');
  const limits = { abortSignal: AbortSignal.timeout(Math.ceil(limitMs)) };
  const mention = await roster.findRequester(conversation, message.content, limits.abortSignal);
  const activity = makeActivity(call, mention);
  if (!activity) return { kind: 'refused', refusal: 'invalid', detail: 'render-failed' };
  const isReply = conversation.kind === 'channel' && message.threadId !== undefined;
  const place = isReply ? joinThread(conversation.id, message.threadId ?? '') : conversation.id;
  try {
    const { conversations } = await clients.get(conversation.serviceUrl);
    const { activityId } = message;
    const answer = await leavingOnlyWhile(
      () => clock.now() < until,
      () =>
        activityId === undefined
          ? conversations.sendToConversation(place, activity, limits)
          : conversations.updateActivity(place, activityId, activity, limits),
    );
    const outcome = classifySendAnswer(answer._response.bodyAsText ?? '');
    const isUpdate = outcome.kind === 'delivered' && activityId !== undefined;
    return isUpdate ? { kind: 'delivered', activityId } : outcome;
  } catch (error) {
    return classifySendFailure(error, { now: clock.now(), isNeverSent: wasNeverSent(error) });
  }
}

/** A message that can't be rendered is a bug; it must not hold up the messages queued behind it. */
function makeActivity({ conversation, message, options }: Call, mention: Person | undefined) {
  const { render, clock, log } = options;
  try {
    return toOutgoingActivity(render(message, clock.now(), mention), conversation);
  } catch (error) {
    log.error({ err: error, conversationId: conversation.id }, 'message not rendered');
    return undefined;
  }
}
