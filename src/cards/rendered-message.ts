// What a chat can send: a card, or a text where a card would be too much. Plain values; it must not know how
// they are sent.
import type { Person } from '../domain/watch.ts';

interface Rendered {
  /** One line of plain text for the notification and the list of chats. */
  readonly summary: string;
  /** People to mention. Each appears in `text` as `<at>name</at>` with exactly this name. */
  readonly mentions: readonly Person[];
}

export interface RenderedCard extends Rendered {
  readonly kind: 'card';
  /** Adaptive card, schema version 1.5. */
  readonly card: Record<string, unknown>;
}

export interface RenderedText extends Rendered {
  readonly kind: 'text';
  /** Markdown. */
  readonly text: string;
}

export type RenderedMessage = RenderedCard | RenderedText;
