// Reads the words after `pipebot hooks`, strictly: what is misspelled is refused with what was probably meant.
import { parseArgs } from 'node:util';
import { HOOK_PATH } from '../domain/hook.ts';
import { type ConfiguredProject, nearestNames } from '../domain/service.ts';

export interface HooksArguments {
  readonly action: 'install' | 'check';
  readonly url?: string;
  /** Empty: all that the services file names. */
  readonly projects: readonly string[];
  readonly withJobs: boolean;
}

const OPTIONS = {
  url: { type: 'string', multiple: true },
  project: { type: 'string', multiple: true },
  jobs: { type: 'boolean' },
} as const;
const EXAMPLE_URL = `https://pipebot.example.com${HOOK_PATH}`;

/** `problem` is a sentence. */
export function readHooksArguments(words: readonly string[]): HooksArguments | { readonly problem: string } {
  const { values, positionals, tokens } = parseArgs({
    ...{ args: [...words], options: OPTIONS, strict: false, allowPositionals: true, tokens: true },
  });
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const name = Object.keys(OPTIONS).find((known) => known === token.name);
    if (name === undefined)
      return { problem: unknownText('option', token.rawName, ['--url', '--project', '--jobs']) };
    const isText = name !== 'jobs';
    if (isText !== (token.value !== undefined))
      return { problem: `The option --${name} ${isText ? 'needs a value' : 'takes no value'}.` };
  }
  const [action, ...surplus] = positionals;
  if (action !== 'install' && action !== 'check')
    return {
      problem:
        action === undefined ? 'Say install or check.' : unknownText('word', action, ['install', 'check']),
    };
  if (surplus.length > 0) return { problem: `There is a word too many: ${surplus[0]}` };
  const urls = texts(values.url);
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
    projects: texts(values.project),
    withJobs: values.jobs === true,
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

function unknownText(what: string, typed: string, known: readonly string[]): string {
  const [near] = nearestNames(known, typed);
  const shown = typed.slice(0, 60);
  return `There is no ${what} ${shown} here. ${near === undefined ? `Example: ${known[0] ?? ''}` : `Did you mean ${near}?`}`;
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

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}
