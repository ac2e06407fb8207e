// Refusals and short answers of the chat, one sentence or two for each: what was not possible and what to
// type instead.
import type { LinkProblem, Remark } from '../domain/content.ts';
import { errorSentence, isErrorCode, suggestionText } from './error.ts';
import { HOLD_SENTENCES } from './hold-remark.ts';
import { listText, plainText, quoted } from './plain.ts';
import { SUBSCRIPTION_SENTENCES } from './subscription-remark.ts';
import { watchedText } from './watch.ts';

type RemarkOf<Code extends Remark['code']> = Extract<Remark, { code: Code }>;
type Sentences = { readonly [Code in Remark['code']]: (remark: RemarkOf<Code>, now: number) => string };

const LINK_PROBLEMS = {
  'not-a-link': 'does not look like a link',
  'not-a-pipeline': 'does not lead to a pipeline or a run',
  release: 'leads to a classic release, which PipeBot does not read',
  'organization-unknown': 'leads to an organization that PipeBot is not configured for',
  'project-missing': 'does not say which project it belongs to',
} as const satisfies Record<LinkProblem, string>;

const SENTENCES: Sentences = {
  'service-unknown': ({ typed, suggestions }) =>
    `There is no service or base called ${quoted(typed)} here. ${suggestionText(suggestions) || 'Type services to see them all.'}`,
  'command-unknown': ({ typed, suggestions }) =>
    `There is no command ${quoted(typed)}. ${suggestionText(suggestions) || 'Type help to see what there is.'}`,
  'argument-missing': ({ usage, example }) =>
    `Something is missing. Usage: ${plainText(usage, 300)}. Example: ${plainText(example)}`,
  'argument-surplus': ({ surplus, usage, example }) =>
    `${quoted(surplus)} is more than this command takes. Usage: ${plainText(usage, 300)}. Example: ${plainText(example)}`,
  'branch-invalid': ({ typed }) => `${quoted(typed)} is not a branch name that git accepts. Example: develop`,
  'link-unusable': ({ why, link }) =>
    `${quoted(link, 120)} ${LINK_PROBLEMS[why]}. Paste the link of a pipeline or of a run as the browser shows it.`,
  'definition-unconfigured': ({ definitionId }) =>
    `Pipeline ${definitionId} belongs to no service that PipeBot knows. Somebody has to add it to the services file. Type services to see what is there.`,
  'link-unconfigured': ({ link }) =>
    `${quoted(link, 120)} leads to nothing that belongs to a service that PipeBot knows. Type services to see what is there.`,
  'several-branches': ({ branches, example }) =>
    `One question is about one branch, and this one names ${listText(branches)}. Example: ${plainText(example)}`,
  'message-too-long': ({ maxLength }) =>
    `That message is longer than ${maxLength} characters. Please send a shorter one.`,
  'nothing-to-watch': ({ subject }) =>
    `${plainText(subject)} has no pipeline of its own that could be watched. Watch one of its bases instead.`,
  'already-watching': ({ watch }) =>
    `${watchedText(watch)} is being watched here already. You get a message when the run ends.`,
  'not-watching': ({ subject }) =>
    `${subject === undefined ? 'Nothing' : plainText(subject)} is${subject === undefined ? '' : ' not'} being watched in this conversation.`,
  'watches-stopped': ({ watches }) =>
    watches.length === 0
      ? 'Nothing was being watched in this conversation.'
      : `Stopped watching ${listText(watches.map(watchedText))}. No message will come.`,
  ...SUBSCRIPTION_SENTENCES,
  ...HOLD_SENTENCES,
  error: ({ errorCode, errorId, subject, detail }) => {
    const code = isErrorCode(errorCode) ? errorCode : 'internal';
    const details = {
      ...(subject === undefined ? {} : { subject }),
      ...(detail === undefined ? {} : { detail }),
    };
    return `${errorSentence({ code, details })} If it stays, tell an administrator this error id: ${plainText(errorId)}.`;
  },
};

/** What PipeBot replies, as plain text. Not escaped for Markdown. `now` in ms since the epoch. */
export function remarkSentence(remark: Remark, now: number): string {
  // TypeScript does not see that the function under a code takes the remark of that code.
  const say = SENTENCES[remark.code] as (remark: Remark, now: number) => string;
  return say(remark, now);
}
