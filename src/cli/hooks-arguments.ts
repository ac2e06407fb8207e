// Reads the words after `pipebot hooks`, strictly: what is misspelled is refused with what was probably meant.
import { HOOK_PATH } from '../domain/hook.ts';
import type { ConfiguredProject } from '../domain/service.ts';
import { readWords, unknownText } from './read-words.ts';

export interface HooksArguments {
  readonly action: 'install' | 'check';
  readonly url?: string;
  /** Empty: all that the services file names. */
  readonly projects: readonly string[];
  readonly withJobs: boolean;
}

const OPTIONS = { url: 'text', project: 'text', jobs: 'flag' } as const;
const EXAMPLE_URL = `https://pipebot.example.com${HOOK_PATH}`;

/** `problem` is a sentence. */
export function readHooksArguments(words: readonly string[]): HooksArguments | { readonly problem: string } {
  const read = readWords(words, OPTIONS);
  if ('problem' in read) return read;
  const [action, ...surplus] = read.positionals;
  if (action !== 'install' && action !== 'check')
    return {
      problem:
        action === undefined ? 'Say install or check.' : unknownText('word', action, ['install', 'check']),
    };
  if (surplus.length > 0) return { problem: `There is a word too many: ${surplus[0]}` };
  const urls = read.texts('url');
  const [url] = urls;
  if (urls.length > 1) return { problem: 'The option --url is given more than once.' };
  if (url === undefined && action === 'install')
    return { problem: `Say where the events should go. Example: --url ${EXAMPLE_URL}` };
  if (url !== undefined && !isHookAddress(url))
    return {
      problem: `The address has to begin with https:// and to end with ${HOOK_PATH}. Example: --url ${EXAMPLE_URL}`,
    };
  return {
    action,
    projects: read.texts('project'),
    withJobs: read.hasFlag('jobs'),
    ...(url === undefined ? {} : { url }),
  };
}

/** The projects that were meant, or a sentence about the one that is not configured. */
export function chooseProjects(
  all: readonly ConfiguredProject[],
  wanted: readonly string[],
): readonly ConfiguredProject[] | { readonly problem: string } {
  if (wanted.length === 0) return all;
  const names = (one: ConfiguredProject) => [one.project, `${one.organization}/${one.project}`];
  const isMeant = (one: ConfiguredProject, name: string) =>
    names(one).some((candidate) => candidate.toLowerCase() === name.toLowerCase());
  const missing = wanted.find((name) => !all.some((one) => isMeant(one, name)));
  if (missing !== undefined)
    return { problem: unknownText('project', missing, [...new Set(all.flatMap(names))]) };
  return all.filter((one) => wanted.some((name) => isMeant(one, name)));
}

/** Basic travels over it, so it must be https; Azure DevOps reaches public names only. */
function isHookAddress(text: string): boolean {
  const url = URL.parse(text);
  return (
    url?.protocol === 'https:' &&
    url.pathname.replace(/\/+$/, '').endsWith(HOOK_PATH) &&
    [url.username, url.password, url.search, url.hash].every((part) => part === '')
  );
}
