// Makes a message of what PipeBot has to say. The only entrance to the cards; nothing in here reads, waits or
// sends.
import type { Content } from '../domain/content.ts';
import type { Person } from '../domain/watch.ts';
import { remarkSentence } from '../text/remark.ts';
import { alertData, alertsData } from './alert-card.ts';
import { expandTemplate, type TemplateData, type TemplateName } from './expand-template.ts';
import { gatesData, holdData, releasedData } from './gate-cards.ts';
import { helpData, servicesData } from './list-cards.ts';
import { mentionName, plainLabel } from './markup.ts';
import { overviewData } from './overview-card.ts';
import type { RenderedMessage } from './rendered-message.ts';
import { statusData } from './status-card.ts';
import { subscribeFormData } from './subscribe-form.ts';
import { subscribedData, subscriptionsData } from './subscription-cards.ts';
import { type CardContent, summaryLine, summaryText, urlOf } from './summary.ts';
import { renderRepeat, renderResult, renderText, renderWatchEnded } from './text-message.ts';
import { watchData } from './watch-card.ts';
import { whyData } from './why-card.ts';

export interface RenderOptions {
  /** Ms since the epoch. */
  readonly now: number;
  /** Say that the message may have arrived before. */
  readonly mayRepeat: boolean;
  /** 0 full, 1 without the details, 2 and more: one line and the link. */
  readonly shrinkStep: number;
  /** Who asked for the build of a failure, when the person is in the conversation: mentioned instead of named. */
  readonly mention?: Person;
}

/** Teams refuses messages above 100 KB counted as UTF-16 and advises 80 KB (learn.microsoft.com, format-your-bot-messages). */
export const MAX_MESSAGE_BYTES = 80_000;
const REPEAT_NOTE = 'You may have seen this before: the first attempt to send it was never confirmed.';

/** The message for the given content. Never throws for any data; an oversized card takes the next step down. */
export function renderContent(content: Content, options: RenderOptions): RenderedMessage {
  const { now, mayRepeat, shrinkStep } = options;
  const note = mayRepeat ? REPEAT_NOTE : '';
  switch (content.kind) {
    case 'remark':
      return renderText(remarkSentence(content.remark, now), { note });
    case 'watch-ended':
      return renderWatchEnded(content, { now, note, isLineOnly: shrinkStep > 1 });
    case 'alert-repeat':
      return renderRepeat(content, note);
    case 'result':
      return renderResult(content, note);
    default:
      return renderCardOrLine(content, options, note);
  }
}

function renderCardOrLine(content: CardContent, options: RenderOptions, note: string): RenderedMessage {
  const line = summaryLine(content, options.now);
  for (let step = options.shrinkStep; step < 2; step++) {
    const card = renderCard(content, { ...options, shrinkStep: step });
    if (JSON.stringify(card).length * 2 <= MAX_MESSAGE_BYTES) {
      return { kind: 'card', card, summary: summaryText(line), mentions: mentionsOf(content, options) };
    }
  }
  return renderText(line, { note, url: urlOf(content) });
}

function renderCard(content: CardContent, options: RenderOptions): Record<string, unknown> {
  const [name, data] = cardData(content, options);
  return expandTemplate(name, {
    ...data,
    isRepeat: options.mayRepeat,
    repeatNote: REPEAT_NOTE,
    fallbackText: plainLabel(summaryLine(content, options.now), 600),
  });
}

function cardData(content: CardContent, options: RenderOptions): [TemplateName, TemplateData] {
  const { now } = options;
  const isCompact = options.shrinkStep > 0;
  switch (content.kind) {
    case 'status':
      return ['status', statusData(content.answer, isCompact)];
    case 'overview':
      return ['overview', overviewData(content, isCompact)];
    case 'services':
      return ['services', servicesData(content, isCompact)];
    case 'help':
      return ['help', helpData(content, isCompact)];
    case 'watch':
      return ['watch', watchData(content, now, isCompact)];
    case 'alert': {
      const [first, second] = content.entries;
      if (!first || second) return ['overview', alertsData(content.entries, isCompact)];
      const { mention } = options;
      return ['alert', alertData(first, { isCompact, ...(mention ? { mention } : {}) })];
    }
    case 'subscribed':
      return ['subscribed', subscribedData(content, isCompact)];
    case 'subscriptions':
      return ['subscriptions', subscriptionsData(content, now, isCompact)];
    case 'subscribe-form':
      return ['subscribe-form', subscribeFormData(content)];
    case 'why':
      return ['why', whyData(content.explanation, isCompact)];
    case 'gates':
      return ['gates', gatesData(content, isCompact)];
    case 'hold':
      return ['hold', holdData(content, isCompact)];
    case 'released':
      return ['hold', releasedData(content, isCompact)];
  }
}

/** Only the card of a single alert has a place for a mention. */
function mentionsOf(content: CardContent, { mention }: RenderOptions): Person[] {
  if (content.kind !== 'alert' || content.entries.length !== 1 || !mention) return [];
  return [{ id: mention.id, name: mentionName(mention.name) }];
}
