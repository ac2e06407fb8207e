// A content in one line of plain text: the toast, the list of chats, old clients, and what is left of a card that
// is too large.
import type { Content } from '../domain/content.ts';
import { alertsTitle, explainAlert } from '../text/alert.ts';
import { explainDecision, verdictTitle } from '../text/decision.ts';
import { explainHoldContent, explainReleased, gatesTitle, holdTitle, releasedTitle } from '../text/hold.ts';
import { explainSubscription } from '../text/subscription.ts';
import { explainWatch, watchedText, watchTitle } from '../text/watch.ts';
import { silenceAnswer } from '../text/why.ts';
import { servicesTitle } from './list-cards.ts';
import { plainLabel } from './markup.ts';
import { overviewTitle } from './overview-card.ts';
import { namedText } from './status-card.ts';
import { subscribedTitle, subscriptionsTitle } from './subscription-cards.ts';

/** What is shown as a card. */
export type CardContent = Exclude<Content, { kind: 'remark' | 'watch-ended' | 'alert-repeat' | 'result' }>;

const MAX_SUMMARY_LENGTH = 200;

/** `now` in ms since the epoch. */
export function summaryLine(content: CardContent, now: number): string {
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
    case 'alert': {
      const [first, second] = content.entries;
      return first && !second ? explainAlert(first) : alertsTitle(content.entries);
    }
    case 'subscribed':
      return `${subscribedTitle(content)}. ${explainSubscription(content.subscription)}`;
    case 'subscriptions':
      return subscriptionsTitle(content);
    case 'subscribe-form':
      return 'Subscribe: what should this conversation hear of?';
    case 'gates':
      return gatesTitle(content);
    case 'hold':
      return `${holdTitle(content)}. ${explainHoldContent(content)}`;
    case 'released':
      return `${releasedTitle(content)}. ${explainReleased(content)}`;
    case 'why': {
      const { title, sentence } = silenceAnswer(content.explanation);
      return `${title}. ${sentence}`;
    }
  }
}

/** A line as it can stand in a toast. */
export function summaryText(line: string): string {
  return plainLabel(line, MAX_SUMMARY_LENGTH).text || 'PipeBot';
}

/** The page that says more; undefined when there is none. */
export function urlOf(content: CardContent): string | undefined {
  if (content.kind === 'status') return content.answer.decision.assessment.readiness.build?.url;
  if (content.kind === 'alert') return content.entries[0]?.facts.build.url;
  return content.kind === 'watch' ? content.build?.url : undefined;
}
