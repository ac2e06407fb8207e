// Lets a terminal talk to a running demo: says a text as the first user in the first channel and waits for
// the bot's answer. Not part of Teams; must not be reachable from anywhere but this machine.

import { setTimeout as realDelay } from 'node:timers/promises';
import type { MessageStore, StandInMessage } from './message-store.ts';
import type { TeamsSide } from './teams-side.ts';
import type { TeamsWorld } from './teams-world.ts';
import { asActivity, type ConnectorAnswer, type ConnectorRequest, refusal } from './wire-activity.ts';

export interface UserEndpointOptions {
  readonly world: TeamsWorld;
  readonly messages: MessageStore;
  readonly side: TeamsSide;
  readonly realDeadlineMs?: number;
}

// A second message of the same answer comes right after the first.
const settleMs = 300;

export async function answerUser(
  options: UserEndpointOptions,
  request: ConnectorRequest,
): Promise<ConnectorAnswer | undefined> {
  if (request.method !== 'POST' || request.segments.join('/') !== 'say') return undefined;
  // A web page can post a form or text to this machine without asking, but not JSON.
  if (!request.headers['content-type']?.startsWith('application/json')) {
    return refusal(415, 'UnsupportedMediaType', 'Send application/json.');
  }
  const text = asActivity(request.body)?.text;
  if (typeof text !== 'string' || text.trim() === '') {
    return refusal(400, 'BadArgument', 'Send {"text": "…"}.');
  }
  const user = options.world.users[0];
  const channel = options.world.firstChannel();
  if (!user || !channel) return refusal(409, 'NobodyHere', 'Add a user and a channel first.');
  return sayAndWait(options, text.trim(), user, channel);
}

async function sayAndWait(
  { messages, side, realDeadlineMs = 30_000 }: UserEndpointOptions,
  text: string,
  user: Parameters<TeamsSide['say']>[0],
  channel: Parameters<TeamsSide['say']>[1],
): Promise<ConnectorAnswer> {
  const { id: root, activity } = side.post(user, channel, text);
  // Elsewhere in the channel the demo may be posting notifications, which are no answer to this.
  const isAnswer = (message: StandInMessage) => message.replyToRoot === root;
  const answered = messages.waitFor(channel.id, isAnswer, { realTimeoutMs: realDeadlineMs });
  try {
    const [, delivered] = await Promise.all([answered, side.deliver(activity).then(refuseFailure)]);
    await realDelay(settleMs);
    const activities = messages
      .list(channel.id)
      .filter((message) => message.from === 'bot' && isAnswer(message))
      .map((message) => message.activity);
    return { status: 200, body: { activityId: root, botStatus: delivered.status, activities } };
  } catch (error) {
    return refusal(504, 'NoAnswer', error instanceof Error ? error.message : String(error));
  }
}

function refuseFailure(result: { status: number; body: string }) {
  if (result.status < 300) return result;
  throw new Error(`The bot answered HTTP ${result.status}: ${result.body.slice(0, 300)}`);
}
