// The card that explains a silence: the answer on top, what became of the last runs of each subscription, and
// the facts it rests on. It must not draw conclusions; text/why.ts does.
import type { Explanation } from '../domain/content.ts';
import { explainEvidence } from '../text/evidence.ts';
import { capital, plainText } from '../text/plain.ts';
import { subscribedName, subscriptionDetail } from '../text/subscription.ts';
import { type ExplainedAlert, explainedRun, explainOutcome, silenceAnswer } from '../text/why.ts';
import { commandButton, nameWord } from './buttons.ts';
import type { TemplateData } from './expand-template.ts';
import { joined, momentText, safeLink } from './markup.ts';
import { outcomeTone, PUZZLED_TONE } from './tone.ts';

const MAX_GROUPS = 5;
const MAX_RUNS = 4;
const MAX_EVIDENCE = 12;

/** Data of templates/why.json. `isCompact` leaves everything out but the answer. */
export function whyData(explanation: Explanation, isCompact: boolean): TemplateData {
  const answer = silenceAnswer(explanation);
  const evidence = isCompact ? [] : evidenceBeside(answer.sentence, explanation);
  const groups = isCompact ? [] : explanation.subscriptions.slice(0, MAX_GROUPS);
  return {
    ...PUZZLED_TONE,
    title: answer.title,
    subject: `Messages about ${subscribedName(explanation.subject)} in this conversation`,
    sentence: answer.sentence,
    groups: groups.map((group) => whyGroup(group, { answer: answer.sentence, now: explanation.answeredAt })),
    hasEvidence: evidence.length > 0,
    // What is said of "now" is read later, too.
    evidence: [...evidence, joined('As of ', momentText(explanation.answeredAt), '.')].map((text) => ({
      text,
    })),
    commands: whyButtons(explanation),
  };
}

/** What stands in the answer already is not said again. */
function evidenceBeside(answer: string, explanation: Explanation): string[] {
  return explainEvidence(explanation)
    .filter((text) => !answer.includes(text))
    .slice(0, MAX_EVIDENCE);
}

function whyGroup(
  { subscription, alerts }: Explanation['subscriptions'][number],
  { answer, now }: { readonly answer: string; readonly now: number },
): TemplateData {
  const [only, ...others] = alerts;
  const isAnswer = only !== undefined && others.length === 0 && answer.includes(explainedRun(only, now));
  return {
    title: `Subscribed to ${subscribedName(subscription.service)}`,
    text: capital(subscriptionDetail(subscription)),
    rows: (isAnswer ? [] : alerts.slice(0, MAX_RUNS)).map((alert) => ({
      ...outcomeTone(alert.outcome),
      run: explainedRun(alert, now),
      text: explainOutcome(alert.outcome, now, subscription),
      open: openLink(alert),
    })),
  };
}

function openLink({ build }: ExplainedAlert): TemplateData[] {
  const link = safeLink(build.url);
  return link ? [{ url: link }] : [];
}

/** What would end the silence. */
function whyButtons({ subscriptions, mutes, subject }: Explanation): TemplateData[] {
  if (subscriptions.length === 0) return commandButton('Subscribe', 'subscribe', nameWord(subject));
  const unmute = mutes
    .slice(0, 2)
    .flatMap(({ service }) => commandButton(`Unmute ${plainText(service)}`, 'unmute', nameWord(service)));
  return [...unmute, ...commandButton('All subscriptions', 'subscriptions')];
}
