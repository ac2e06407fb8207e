// The messages that are a text, because a card would be too much: one bold word or two, a sentence, the link.
import type { Content } from '../domain/content.ts';
import type { Person } from '../domain/watch.ts';
import { explainRepeat, repeatTitle } from '../text/alert.ts';
import { explainResult, resultTitle } from '../text/run.ts';
import { explainWatch, watchTitle } from '../text/watch.ts';
import { joined, linkText, type Markup, markup, mentionName, safeLink } from './markup.ts';
import type { RenderedText } from './rendered-message.ts';
import { summaryText } from './summary.ts';

type Of<Kind extends Content['kind']> = Extract<Content, { kind: Kind }>;

interface Line {
  /** Said last; empty for none. */
  readonly note: string;
  readonly url?: string | undefined;
  /** Set in bold before the sentence. */
  readonly title?: string;
  readonly mentions?: readonly Person[];
}

const MAX_MENTIONS = 20;

/** A sentence with what belongs to it. */
export function renderText(sentence: string, { note, url, title, mentions = [] }: Line): RenderedText {
  const link = safeLink(url);
  const text = joined(
    ...mentions.map(({ name }) => markup(`<at>${name}</at> `)),
    ...(title === undefined ? [] : [bold(title), markup(' ')]),
    sentence,
    ...(link ? [markup(' '), linkText('Open run', link)] : []),
    ...(note === '' ? [] : [` ${note}`]),
  );
  return { kind: 'text', text: text.text, summary: summaryText(sentence), mentions };
}

/** The end of a watch, with everybody who waits mentioned. */
export function renderWatchEnded(
  content: Of<'watch-ended'>,
  { now, note, isLineOnly }: { readonly now: number; readonly note: string; readonly isLineOnly: boolean },
): RenderedText {
  const mentions = isLineOnly ? [] : content.mentions.slice(0, MAX_MENTIONS).map(mentionable);
  const line = { note, url: content.build?.url, title: watchTitle(content), mentions };
  return renderText(explainWatch(content, now), line);
}

/** One more failure of what people know to fail. */
export function renderRepeat({ entry }: Of<'alert-repeat'>, note: string): RenderedText {
  const title = repeatTitle(entry);
  const text = renderText(explainRepeat(entry), { note, url: entry.facts.build.url, title });
  return { ...text, summary: summaryText(`${title}: ${explainRepeat(entry)}`) };
}

/** A run that ended, for those who hear of every one. */
export function renderResult({ name, build }: Of<'result'>, note: string): RenderedText {
  return renderText(explainResult(name, build), { note, url: build.url, title: resultTitle(build) });
}

function bold(title: string): Markup {
  return joined(markup('**'), `${title}:`, markup('**'));
}

function mentionable({ id, name }: Person): Person {
  return { id, name: mentionName(name) };
}
