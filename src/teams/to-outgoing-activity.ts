// A rendered message as the activity that is posted to Teams. It must not change the card's words, and never
// puts text and card into one activity: Teams would split them and give no id back.
import type { Activity } from 'botbuilder';
import type { Conversation } from '../usecases/ports.ts';

/** A person to be notified; the text or card contains `<at>` and the name `</at>`. */
export interface Mention {
  readonly id: string;
  readonly name: string;
}

/** What a card maker hands over. `summary` is the text of the toast and of the chat list. */
export type RenderedMessage =
  | {
      readonly kind: 'card';
      readonly card: object;
      readonly summary: string;
      readonly mentions: readonly Mention[];
    }
  | {
      readonly kind: 'text';
      /** In the Markdown of Teams' messages. */
      readonly text: string;
      readonly summary: string;
      readonly mentions: readonly Mention[];
    };

const CARD_CONTENT_TYPE = 'application/vnd.microsoft.card.adaptive';

/** The body of a POST or PUT to `v3/conversations/{conversationId}/activities`. */
export function toOutgoingActivity(message: RenderedMessage, conversation: Conversation): Partial<Activity> {
  const frame: Partial<Activity> = {
    type: 'message',
    channelId: 'msteams',
    from: { id: conversation.botId, name: '' },
    summary: message.summary,
  };
  const entities = message.mentions.map(toMentionEntity);
  if (message.kind === 'card') {
    const content = withMentions(message.card, entities);
    return { ...frame, attachments: [{ contentType: CARD_CONTENT_TYPE, content }] };
  }
  return {
    ...frame,
    text: message.text,
    textFormat: 'markdown',
    ...(entities.length === 0 ? {} : { entities }),
  };
}

function toMentionEntity({ id, name }: Mention) {
  return { type: 'mention', text: `<at>${name}</at>`, mentioned: { id, name } };
}

/** A card carries its mentions itself, under `msteams`; those that its maker put there are kept. */
function withMentions(card: object, entities: readonly object[]): object {
  const msteams: unknown = Reflect.get(card, 'msteams');
  const settings = typeof msteams === 'object' && msteams !== null ? msteams : {};
  if (entities.length === 0 || Reflect.has(settings, 'entities')) return card;
  return { ...card, msteams: { ...settings, entities } };
}
