// Makes a message of what PipeBot has to say. The only entrance to the cards; nothing in here reads, waits or
// sends.
import type { Content } from '../domain/content.ts';
import { explainDecision, verdictTitle } from '../text/decision.ts';
import { remarkSentence } from '../text/remark.ts';
import { explainWatch, watchedText, watchTitle } from '../text/watch.ts';
import { expandTemplate, type TemplateData, type TemplateName } from './expand-template.ts';
import { helpData, servicesData, servicesTitle } from './list-cards.ts';
import { joined, linkText, markup, mentionName, plainLabel, safeLink } from './markup.ts';
import { overviewData, overviewTitle } from './overview-card.ts';
import type { RenderedMessage } from './rendered-message.ts';
import { namedText, statusData } from './status-card.ts';
import { watchData } from './watch-card.ts';

export interface RenderOptions {
  /** Ms since the epoch. */
  readonly now: number;
  /** Say that the message may have arrived before. */
  readonly mayRepeat: boolean;
  /** 0 full, 1 without the details, 2 and more: one line and the link. */
  readonly shrinkStep: number;
}

/** Teams refuses messages above 100 KB counted as UTF-16 and advises 80 KB (learn.microsoft.com, format-your-bot-messages). */
export const MAX_MESSAGE_BYTES = 80_000;
const MAX_SUMMARY_LENGTH = 200;
const MAX_MENTIONS = 20;
const REPEAT_NOTE = 'You may have seen this before: the first attempt to send it was never confirmed.';

type CardContent = Exclude<Content, { kind: 'remark' | 'watch-ended' }>;

/** The message for the given content. Never throws for any data; an oversized card takes the next step down. */
export function renderContent(content: Content, options: RenderOptions): RenderedMessage {
  const note = options.mayRepeat ? REPEAT_NOTE : '';
  if (content.kind === 'remark') return renderText(remarkSentence(content.remark), note);
  if (content.kind === 'watch-ended') return renderWatchEnded(content, options);
  for (let step = options.shrinkStep; step < 2; step++) {
    const card = renderCard(content, { ...options, shrinkStep: step });
    if (JSON.stringify(card).length * 2 <= MAX_MESSAGE_BYTES) {
      return { kind: 'card', card, summary: summaryOf(content, options.now), mentions: [] };
    }
  }
  return renderText(summaryLine(content, options.now), note, urlOf(content));
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

function cardData(content: CardContent, { now, shrinkStep }: RenderOptions): [TemplateName, TemplateData] {
  const isCompact = shrinkStep > 0;
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
  }
}

function renderWatchEnded(
  content: Extract<Content, { kind: 'watch-ended' }>,
  { now, mayRepeat, shrinkStep }: RenderOptions,
): RenderedMessage {
  const sentence = explainWatch(content, now);
  const mentions = shrinkStep > 1 ? [] : content.mentions.slice(0, MAX_MENTIONS).map(mentionable);
  const pings = mentions.map(({ name }) => markup(`<at>${name}</at> `));
  const link = safeLink(content.build?.url);
  const text = joined(
    ...pings,
    markup(`**${watchTitle(content)}:** `),
    sentence,
    ...(link ? [markup(' '), linkText('Open run', link)] : []),
    ...(mayRepeat ? [` ${REPEAT_NOTE}`] : []),
  );
  return { kind: 'text', text: text.text, summary: summaryText(sentence), mentions };
}

function mentionable({ id, name }: { readonly id: string; readonly name: string }) {
  return { id, name: mentionName(name) };
}

function renderText(sentence: string, note: string, url?: string): RenderedMessage {
  const link = safeLink(url);
  const text = joined(
    sentence,
    ...(link ? [markup(' '), linkText('Open run', link)] : []),
    ...(note === '' ? [] : [` ${note}`]),
  );
  return { kind: 'text', text: text.text, summary: summaryText(sentence), mentions: [] };
}

function summaryOf(content: CardContent, now: number): string {
  return summaryText(summaryLine(content, now));
}

function summaryText(line: string): string {
  return plainLabel(line, MAX_SUMMARY_LENGTH).text || 'PipeBot';
}

/** The whole content in one line of plain text. */
function summaryLine(content: CardContent, now: number): string {
  switch (content.kind) {
    case 'status': {
      const { decision } = content.answer;
      return `${namedText(content.answer)}: ${verdictTitle(decision)}. ${explainDecision(content.answer)}`;
    }
    case 'overview':
      return overviewTitle(content.answers);
    case 'services':
      return servicesTitle(content.services.length + content.omitted);
    case 'help':
      return 'What PipeBot can do';
    case 'watch':
      return `${watchTitle(content)}: ${watchedText(content.watch)}. ${explainWatch(content, now)}`;
  }
}

function urlOf(content: CardContent): string | undefined {
  if (content.kind === 'status') return content.answer.decision.assessment.readiness.build?.url;
  return content.kind === 'watch' ? content.build?.url : undefined;
}
