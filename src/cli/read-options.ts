// Reads the words of a command strictly, by one table that its help is made of as well: what is misspelled, repeated
// or without its value is refused with what was probably meant. It must not know what an option is for.
import { parseArgs } from 'node:util';
import { nearestNames } from '../domain/service.ts';

export interface OptionRow {
  /** Without the dashes. Underscores count as hyphens. */
  readonly name: string;
  /** Other names that work and are not shown. */
  readonly spellings?: readonly string[];
  /** What its value is called in the help; an option without takes none. */
  readonly value?: string;
  readonly meaning: string;
  readonly example: string;
  readonly isRepeatable?: true;
}

export interface Words {
  readonly positionals: readonly string[];
  /** The last value of an option; an option without value that was given has ''. */
  readonly values: ReadonlyMap<string, string>;
  /** All values of the repeatable ones. */
  readonly lists: ReadonlyMap<string, readonly string[]>;
}

/**
 * @param refused names of options that do not exist for a reason, and the sentence that tells it
 * @returns `problem` is a sentence; it never shows a value, which may be a secret in the wrong place
 */
export function readOptions(
  rows: readonly OptionRow[],
  words: readonly string[],
  refused: ReadonlyMap<string, string> = new Map(),
): Words | { readonly problem: string } {
  const positionals: string[] = [];
  const lists = new Map<string, string[]>();
  // All that is read as a text option may take the next word, so each row has to be known to parseArgs.
  const options = Object.fromEntries(
    rows.flatMap((row) =>
      namesOf(row).map((name) => [name, { type: row.value === undefined ? 'boolean' : 'string' }] as const),
    ),
  );
  const args = words.map(withHyphens);
  const { tokens } = parseArgs({ args, options, strict: false, allowPositionals: true, tokens: true });
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const reason = refused.get(token.name);
    if (reason !== undefined) return { problem: reason };
    const row = rows.find((candidate) => namesOf(candidate).includes(token.name));
    if (!row) return { problem: unknownOption(rows, token.rawName) };
    const values = lists.get(row.name) ?? [];
    const problem = problemOf(row, token.value, values.length);
    if (problem !== undefined) return { problem };
    lists.set(row.name, [...values, token.value ?? '']);
  }
  const values = new Map([...lists].map(([name, all]) => [name, all.at(-1) ?? '']));
  return { positionals, values, lists };
}

/** The help of a table: a line for each option, with its example. */
export function optionLines(rows: readonly OptionRow[]): string[] {
  const usages = rows.map(optionUsage);
  const width = Math.max(...usages.map(({ length }) => length));
  return rows.map(({ meaning, example }, index) => {
    const shown = example === `--${rows[index]?.name}` ? '' : ` Example: ${example}`;
    return `${(usages[index] ?? '').padEnd(width)}  ${meaning}${shown}`;
  });
}

/** `--wait <duration>` */
export function optionUsage({ name, value }: OptionRow): string {
  return value === undefined ? `--${name}` : `--${name} <${value}>`;
}

function problemOf(row: OptionRow, value: string | undefined, given: number): string | undefined {
  const { name, example } = row;
  if (given > 0 && !row.isRepeatable) return `The option --${name} is given more than once.`;
  if (row.value === undefined)
    return value === undefined ? undefined : `The option --${name} takes no value.`;
  // The next option was taken for the value, or the variable that should have been there was empty.
  const isMissing = value === undefined || value.trim() === '' || value.startsWith('--');
  return isMissing ? `The option --${name} needs a value. Example: ${example}` : undefined;
}

function unknownOption(rows: readonly OptionRow[], rawName: string): string {
  const [near] = nearestNames(
    rows.flatMap((row) => namesOf(row).map((name) => `--${name}`)),
    rawName,
  );
  const advice = near === undefined ? '--help shows them all.' : `Did you mean ${near}?`;
  return `There is no option ${rawName.slice(0, 60)} here. ${advice}`;
}

function namesOf({ name, spellings = [] }: OptionRow): readonly string[] {
  return [name, ...spellings];
}

/** `--repo_id=x_y` → `--repo-id=x_y` */
function withHyphens(word: string): string {
  const [, name] = /^--([\w-]+)/.exec(word) ?? [];
  return name === undefined ? word : `--${name.replaceAll('_', '-')}${word.slice(name.length + 2)}`;
}
