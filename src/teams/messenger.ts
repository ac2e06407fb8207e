// Sends messages to Teams through the connector's REST routes: exactly one POST or PUT per call, within a
// deadline, and what came of it as a value. It must not retry, queue or store; not the SDK's
// continueConversation either, which replies to an id that doesn't exist.
import type { Clock } from '../clock.ts';
import type { SendOutcome } from '../domain/notification.ts';
import type { Conversation, Log, Messenger, OutgoingMessage } from '../usecases/ports.ts';
import { createBotAuthentication } from './bot-authentication.ts';
import type { Registration, TeamsTesting } from './bot-registration.ts';
import { classifySendAnswer, classifySendFailure } from './classify-send-failure.ts';
import { ConnectorClients, wasNeverSent } from './connector-clients.ts';
import { isServiceUrlAllowed, type ServiceUrlRule } from './service-url.ts';
import { joinThread } from './to-conversation.ts';
import { type RenderedMessage, toOutgoingActivity } from './to-outgoing-activity.ts';

export interface MessengerOptions {
  /** `none`: local mode, calls carry no token. */
  readonly registration: Registration;
  /** Makes card or text at the moment of sending; `now` in ms since the epoch. */
  readonly render: (message: OutgoingMessage, now: number) => RenderedMessage;
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
  return {
    async send(conversation, message) {
      const outcome = isServiceUrlAllowed(conversation.serviceUrl, serviceUrls)
        ? await callTeams({ clients, conversation, message, options })
        : serviceUrlRefused();
      if (outcome.kind !== 'delivered') {
        log.warn({ ...outcome, conversationId: conversation.id }, 'message not delivered');
      }
      return outcome;
    },
  };
}

/** Kept and tried again, since the conversation's next activity may bring a good service URL. */
function serviceUrlRefused(): SendOutcome {
  return { kind: 'refused', refusal: 'unreachable', detail: 'service-url-not-allowed' };
}

interface Call {
  readonly clients: ConnectorClients;
  readonly conversation: Conversation;
  readonly message: OutgoingMessage;
  readonly options: MessengerOptions;
}

async function callTeams(call: Call): Promise<SendOutcome> {
  const { clients, conversation, message, options } = call;
  const { clock, callTimeoutMs = 10_000 } = options;
  const activity = makeActivity(call);
  if (!activity) return { kind: 'refused', refusal: 'invalid', detail: 'render-failed' };
  const isReply = conversation.kind === 'channel' && message.threadId !== undefined;
  const place = isReply ? joinThread(conversation.id, message.threadId ?? '') : conversation.id;
  const limits = { abortSignal: AbortSignal.timeout(callTimeoutMs) };
  try {
    const { conversations } = await clients.get(conversation.serviceUrl);
    const answer =
      message.activityId === undefined
        ? await conversations.sendToConversation(place, activity, limits)
        : await conversations.updateActivity(place, message.activityId, activity, limits);
    const outcome = classifySendAnswer(answer._response.bodyAsText ?? '');
    const isUpdate = outcome.kind === 'delivered' && message.activityId !== undefined;
    return isUpdate ? { kind: 'delivered', activityId: message.activityId } : outcome;
  } catch (error) {
    return classifySendFailure(error, { now: clock.now(), isNeverSent: wasNeverSent(error) });
  }
}

/** A message that can't be rendered is a bug; it must not hold up the messages queued behind it. */
function makeActivity({ conversation, message, options }: Call) {
  const { render, clock, log } = options;
  try {
    return toOutgoingActivity(render(message, clock.now()), conversation);
  } catch (error) {
    log.error({ err: error, conversationId: conversation.id }, 'message not rendered');
    return undefined;
  }
}
