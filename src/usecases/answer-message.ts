// Answers stored messages: finds the reply, then stores it, what it records and the message's end in one
// transaction. A crash before that repeats the work; after it the reply is delivered in any case.
import type { Clock } from '../clock.ts';
import type { Content } from '../domain/content.ts';
import { PipeBotError } from '../errors.ts';
import { enqueueDelivery } from './enqueue-delivery.ts';
import type { IncomingMessage, IncomingMessages, Jobs, Log, Notifications, Transactions } from './ports.ts';

/** What a command answers, and what it wants stored together with the answer. */
export interface Reply {
  readonly content: Content;
  /**
   * `replyKey` is the key of the notification that carries the answer. What it gives back is said instead of
   * `content`: between the reading and the storing, somebody else may have made that untrue.
   */
  readonly record?: (replyKey: string) => Promise<Content | undefined>;
}

export interface AnswerPorts {
  readonly messages: IncomingMessages;
  readonly notifications: Pick<Notifications, 'add'>;
  readonly transactions: Transactions;
  readonly jobs: Jobs;
  readonly clock: Clock;
  readonly log: Log;
  readonly respond: (message: IncomingMessage) => Promise<Reply>;
  readonly newErrorId: () => string;
}

/** A job that ran on and on would be taken for dead and be run twice. */
const MAX_MESSAGES_PER_JOB = 20;

/**
 * Answers what a conversation waits for, in the order in which it was said: what a message does, the next one
 * finds done. One that meets a bug is answered with an error, so that it does not hold up the others.
 * @throws PipeBotError `store-unavailable`; then the job is to be tried again
 */
export async function answerMessages(ports: AnswerPorts, conversationId: string): Promise<void> {
  for (let answered = 0; answered < MAX_MESSAGES_PER_JOB; answered++) {
    const message = await ports.messages.nextUnanswered(conversationId);
    if (!message) return;
    await answer(ports, message);
  }
  await ports.jobs.enqueue('answer-message', { conversationId }, { key: conversationId });
}

/** After a start: every conversation that waits for an answer gets its job. */
export async function resumeAnswers(ports: Pick<AnswerPorts, 'messages' | 'jobs'>): Promise<void> {
  for (const conversationId of await ports.messages.listPending()) {
    await ports.jobs.enqueue('answer-message', { conversationId }, { key: conversationId });
  }
}

async function answer(ports: AnswerPorts, message: IncomingMessage): Promise<void> {
  try {
    await storeReply(ports, message, await ports.respond(message));
  } catch (thrown) {
    // A store that is down is no answer. Everything else is said.
    if (thrown instanceof PipeBotError && thrown.code === 'store-unavailable') throw thrown;
    await storeReply(ports, message, explain(ports, message, thrown));
  }
}

async function storeReply(ports: AnswerPorts, message: IncomingMessage, reply: Reply): Promise<void> {
  const { conversationId, activityId, threadId } = message;
  const key = `reply:${conversationId}:${activityId}`;
  await ports.transactions.transaction(async () => {
    // Somebody else may have answered it meanwhile; what their answer recorded must not be recorded again.
    if (!(await ports.messages.findUnanswered(conversationId, activityId))) return;
    const content = (await reply.record?.(key)) ?? reply.content;
    const thread = threadId === undefined ? {} : { threadId };
    await ports.notifications.add({ key, conversationId, content, ...thread }, ports.clock.now());
    await ports.messages.markAnswered(conversationId, activityId);
    await enqueueDelivery(ports, conversationId);
  }, 'answer-message');
}

/** Logs what was thrown and says it as far as it is known. */
function explain(ports: AnswerPorts, message: IncomingMessage, thrown: unknown): Reply {
  const errorId = ports.newErrorId();
  const isKnown = thrown instanceof PipeBotError;
  const fields = { errorId, err: thrown, conversationId: message.conversationId };
  if (isKnown) ports.log.warn(fields, 'a message was answered with an error');
  else ports.log.error(fields, 'a message met a bug');
  const { subject, detail } = isKnown ? thrown.details : {};
  return {
    content: {
      kind: 'remark',
      remark: {
        code: 'error',
        errorCode: isKnown ? thrown.code : 'internal',
        errorId,
        ...(subject === undefined ? {} : { subject }),
        ...(detail === undefined ? {} : { detail }),
      },
    },
  };
}
