// Turns what Teams received back into a message that can be laid out as text.
import type { RenderedMessage } from '../../src/cards/rendered-message.ts';

/** `activity` is a Bot Framework activity as it went over the wire. */
export function toRenderedMessage(activity: unknown): RenderedMessage {
  const { attachments, text, summary } = activity as {
    readonly attachments?: readonly { readonly content: Record<string, unknown> }[];
    readonly text?: string;
    readonly summary?: string;
  };
  const common = { summary: summary ?? '', mentions: [] };
  const card = attachments?.[0]?.content;
  return card ? { kind: 'card', card, ...common } : { kind: 'text', text: text ?? '', ...common };
}
