// Everything in the repository that is made from the code, as texts: the sample environment, the manifest's
// command list and the README's tables. `npm run generate` writes them, and a test compares them.
import { readFileSync } from 'node:fs';
import { DESCRIPTIONS } from '../src/chat/commands/index.ts';
import { GATE_OPTIONS } from '../src/cli/gate-options.ts';
import { optionUsage } from '../src/cli/read-options.ts';
import { sampleEnvironment, VARIABLES } from '../src/config/variables.ts';

const ROOT = new URL('..', import.meta.url);
/** Teams shows no more of them. */
const MAX_MANIFEST_COMMANDS = 12;

/** Path in the repository and the text that must stand there. */
export function generatedFiles(): Map<string, string> {
  return new Map([
    ['.env.sample', sampleEnvironment()],
    ['appPackage/manifest.json', manifest(readText('appPackage/manifest.json'))],
    ['README.md', readme(readText('README.md'))],
    ['docs/configuration.md', configuration(readText('docs/configuration.md'))],
    ['docs/command-line.md', commandLine(readText('docs/command-line.md'))],
  ]);
}

function readText(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8');
}

function manifest(current: string): string {
  const parsed = JSON.parse(current) as { bots: { commandLists: unknown[] }[] };
  const often = DESCRIPTIONS.filter(({ isRare }) => isRare !== true);
  const commands = often.slice(0, MAX_MANIFEST_COMMANDS).map(({ name, summary }) => ({
    title: name,
    description: summary,
  }));
  const lists = [{ scopes: ['team', 'groupChat', 'personal'], commands }];
  const bots = parsed.bots.map((bot) => ({ ...bot, commandLists: lists }));
  return `${JSON.stringify({ ...parsed, bots }, undefined, 2)}\n`;
}

function readme(current: string): string {
  const rows = DESCRIPTIONS.map(
    ({ usage, help, examples }) => `| \`${usage.replaceAll('|', '\\|')}\` | ${help} | \`${examples[0]}\` |`,
  );
  return between(
    current,
    'commands',
    ['| say | and PipeBot | example |', '|---|---|---|', ...rows].join('\n'),
  );
}

function configuration(current: string): string {
  const rows = VARIABLES.map(({ name, meaning, sample }) => `| \`${name}\` | ${meaning} | \`${sample}\` |`);
  return between(
    current,
    'variables',
    ['| variable | meaning | example |', '|---|---|---|', ...rows].join('\n'),
  );
}

function commandLine(current: string): string {
  const ways = { both: 'both', server: 'a server', direct: 'no server' };
  const rows = GATE_OPTIONS.map(
    (option) =>
      `| \`${optionUsage(option).replaceAll('|', '\\|')}\` | ${ways[option.way]} | ${option.meaning} | \`${option.example}\` |`,
  );
  return between(
    current,
    'gate-options',
    ['| option | with | meaning | example |', '|---|---|---|---|', ...rows].join('\n'),
  );
}

/** Replaces what stands between `<!-- name -->` and `<!-- /name -->`. */
function between(current: string, name: string, text: string): string {
  const [opening, closing] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [start, end] = [current.indexOf(opening), current.indexOf(closing)];
  if (start < 0 || end < start) throw new Error(`the place for "${name}" is missing`);
  return `${current.slice(0, start + opening.length)}\n${text}\n${current.slice(end)}`;
}
