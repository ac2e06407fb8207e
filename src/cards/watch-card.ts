// The card of a watch. It is posted once and replaced in place as the watch goes on, so it must read well in
// every state, also long after.
import type { Content } from '../domain/content.ts';
import { isOpen, type Watch } from '../domain/watch.ts';
import { plainText } from '../text/plain.ts';
import { explainWatch, watchedText, watchTitle } from '../text/watch.ts';
import type { TemplateData } from './expand-template.ts';
import { momentText, safeLink } from './markup.ts';
import { buildFacts, type Fact, fact, progressFacts } from './status-card.ts';
import { watchTone } from './tone.ts';

type WatchContent = Extract<Content, { kind: 'watch' }>;

/** Data of templates/watch.json. `now` in ms since the epoch; `isCompact` leaves out the facts. */
export function watchData(content: WatchContent, now: number, isCompact: boolean): TemplateData {
  const { watch, build } = content;
  const link = build && safeLink(build.url);
  const facts = isCompact ? [] : watchFacts(content, now);
  return {
    ...watchTone(content),
    title: watchTitle(content),
    subject: watchSubject(watch),
    sentence: explainWatch(content, now),
    hasFacts: facts.length > 0,
    facts,
    hasLink: link !== undefined,
    link: link ?? '',
  };
}

/** `payments: python-base on develop`, or only the latter when the watch is for the base itself. */
function watchSubject(watch: Watch): string {
  const watched = watchedText(watch);
  const subject = plainText(watch.subject);
  return subject === '' || subject === plainText(watch.definitionName) ? watched : `${subject}: ${watched}`;
}

function watchFacts({ watch, build, expectedEndAt }: WatchContent, now: number): Fact[] {
  return [
    ...(build ? buildFacts(build) : []),
    ...(watch.state === 'following' ? progressFacts(build, expectedEndAt, now) : []),
    ...(build?.requestedFor ? [fact('Requester', plainText(build.requestedFor))] : []),
    ...(isOpen(watch) ? [fact('Until', momentText(watch.expiresAt))] : []),
  ];
}
