// The card for `status` without a name: one row for each service of the conversation.
import type { Content, StatusAnswer } from '../domain/content.ts';
import { explainDecision, verdictTitle } from '../text/decision.ts';
import type { TemplateData } from './expand-template.ts';
import { joined, momentText, safeLink } from './markup.ts';
import { namedText } from './status-card.ts';
import { decisionTone } from './tone.ts';

type Overview = Extract<Content, { kind: 'overview' }>;

const MAX_ROWS = 30;

/** Data of templates/overview.json. `isCompact` leaves out the sentences. */
export function overviewData({ answers, omitted }: Overview, isCompact: boolean): TemplateData {
  const hidden = omitted + Math.max(0, answers.length - MAX_ROWS);
  return {
    title: overviewTitle(answers),
    hasRows: answers.length > 0,
    rows: answers.slice(0, MAX_ROWS).map((answer) => overviewRow(answer, isCompact)),
    hasTime: answers.length > 0,
    time: joined('As of ', momentText(answers[0]?.answeredAt ?? 0), '.'),
    hasMore: hidden > 0,
    more: `And ${hidden} more; ask for one by name with status <service>.`,
  };
}

/** `2 of 5 services are ready`, counting what a gate would let pass. */
export function overviewTitle(answers: readonly StatusAnswer[]): string {
  if (answers.length === 0) return 'No services here yet';
  const ready = answers.filter(({ decision }) => decision.verdict === 'continue').length;
  if (ready === answers.length)
    return answers.length === 1 ? 'The service is ready' : 'All services are ready';
  return `${ready} of ${answers.length} services ${ready === 1 ? 'is' : 'are'} ready`;
}

function overviewRow(answer: StatusAnswer, isCompact: boolean): TemplateData {
  const link = safeLink(answer.decision.assessment.readiness.build?.url);
  return {
    ...decisionTone(answer.decision),
    name: namedText(answer),
    state: verdictTitle(answer.decision),
    hasText: !isCompact,
    text: isCompact ? '' : explainDecision(answer),
    open: link ? [{ url: link }] : [],
  };
}
