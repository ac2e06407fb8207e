// Answers a stored message: finds the reply, then stores it, what it records and the message's end in one
// transaction. A crash before that repeats the work; after it the reply is delivered in any case.
import type { Clock } from '../clock.ts';
import type { Content } from '../domain/content.ts';
import { PipeBotError } from '../errors.ts';
import type { IncomingMessage, IncomingMessages, Jobs, Log, Notifications, Transactions } from './ports.ts';

/** What a command answers, and what it wants stored together with the answer. */
export interface Reply {
  readonly content: Content;
  /** `replyKey` is the key of the notification that carries the answer. */
  readonly record?: (replyKey: string) => Promise<void>;
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

export async function answerMessage(
  ports: AnswerPorts,
  { conversationId, activityId }: { readonly conversationId: string; readonly activityId: string },
): Promise<void> {
  const message = await ports.messages.findUnanswered(conversationId, activityId);
  if (!message) return;
  const reply = await respondOrExplain(ports, message);
  const key = `reply:${conversationId}:${activityId}`;
  await ports.transactions.transaction(async () => {
    await reply.record?.(key);
    const thread = message.threadId === undefined ? {} : { threadId: message.threadId };
    await ports.notifications.add(
      { key, conversationId, content: reply.content, ...thread },
      ports.clock.now(),
    );
    await ports.messages.markAnswered(conversationId, activityId);
    await ports.jobs.enqueue('deliver', { conversationId }, { key: conversationId });
  });
}

/** A store that is down is no answer: the job is tried again. Everything else is said. */
async function respondOrExplain(ports: AnswerPorts, message: IncomingMessage): Promise<Reply> {
  try {
    return await ports.respond(message);
  } catch (thrown) {
    if (thrown instanceof PipeBotError && thrown.code === 'store-unavailable') throw thrown;
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
}
