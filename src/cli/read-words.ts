// Takes the words after a command apart, strictly: what is misspelled is refused with what was probably meant.
import { parseArgs } from 'node:util';
import { nearestNames } from '../domain/service.ts';

/** `text` needs a value and may be repeated, `flag` takes none. */
export type WordOptions = Readonly<Record<string, 'text' | 'flag'>>;

export interface ReadWords {
  readonly positionals: readonly string[];
  /** All values of a `text` option, in order. */
  texts(name: string): readonly string[];
  hasFlag(name: string): boolean;
}

/** `problem` is a sentence. */
export function readWords(
  words: readonly string[],
  options: WordOptions,
): ReadWords | { readonly problem: string } {
  const { positionals, tokens } = parseArgs({
    args: [...words],
    options: Object.fromEntries(
      Object.entries(options).map(([name, kind]) => [
        name,
        { type: kind === 'text' ? ('string' as const) : ('boolean' as const), multiple: kind === 'text' },
      ]),
    ),
    ...{ strict: false, allowPositionals: true, tokens: true },
  });
  const given: { readonly name: string; readonly value: string | undefined }[] = [];
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const kind = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (kind === undefined)
      return {
        problem: unknownText(
          'option',
          token.rawName,
          Object.keys(options).map((name) => `--${name}`),
        ),
      };
    if ((kind === 'text') !== (token.value !== undefined))
      return {
        problem: `The option --${token.name} ${kind === 'text' ? 'needs a value' : 'takes no value'}.`,
      };
    given.push({ name: token.name, value: token.value });
  }
  return {
    positionals,
    texts: (wanted) =>
      given.flatMap(({ name, value }) => (name === wanted && value !== undefined ? [value] : [])),
    hasFlag: (wanted) => given.some(({ name }) => name === wanted),
  };
}

/** `There is no service paymnts here. Did you mean payments?`, or an example when nothing is near. */
export function unknownText(what: string, typed: string, known: readonly string[]): string {
  const [near] = nearestNames(known, typed);
  const shown = typed.slice(0, 60);
  return `There is no ${what} ${shown} here. ${near === undefined ? `Example: ${known[0] ?? ''}` : `Did you mean ${near}?`}`;
}
