// Compares the list of crash points with the code: every call to the outside and every commit has its points, and no
// point is left of something that is gone.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { COMMIT_NAMES, CRASH_POINTS } from '../../src/crash-points.ts';

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ path: path.replaceAll('\\', '/'), text: readFileSync(`src/${path}`, 'utf8') }));

/** The methods of an interface that is declared somewhere in the use cases. */
function methodsOf(port: string): string[] {
  const declared = sources
    .filter(({ path }) => path.startsWith('usecases/'))
    .flatMap(
      ({ text }) => text.match(new RegExp(`^export interface ${port} \\{\\n(.*?)^\\}`, 'ms'))?.[1] ?? [],
    );
  expect(declared, `one interface ${port}`).toHaveLength(1);
  return [...(declared[0] ?? '').matchAll(/^ {2}(?:readonly )?(\w+)(?:<[^>]*>)?[(:]/gm)].map(
    ([, method]) => method ?? '',
  );
}

/** What stands between the brackets of each call of a transaction. */
function transactionsIn(text: string): string[] {
  return [...text.matchAll(/\btransactions\.transaction(?:<[^>]*>)?\(/g)].map(({ index, 0: opening }) => {
    const start = index + opening.length;
    let depth = 1;
    let end = start;
    while (depth > 0 && end < text.length) depth += { '(': 1, ')': -1 }[text[end++] ?? ''] ?? 0;
    return text.slice(start, end - 1);
  });
}

describe('the crash points', () => {
  it('are those of every call to Azure DevOps, to the plans of its runs and to Teams', () => {
    const calls = CRASH_POINTS.flatMap((point) => point.match(/^(\w+\.\w+):before$/)?.[1] ?? []);
    const pipelines = methodsOf('Pipelines').map((method) => `pipelines.${method}`);
    const plans = methodsOf('Plans').map((method) => `plans.${method}`);
    const messenger = methodsOf('Messenger').map((method) => `messenger.${method}`);
    expect(messenger).not.toEqual([]);
    expect(plans).not.toEqual([]);
    expect(calls.toSorted()).toEqual([...pipelines, ...plans, ...messenger].toSorted());
  });

  it('are those of every commit', () => {
    const transactions = sources
      .filter(({ path }) => !path.startsWith('store/'))
      .flatMap(({ path, text }) => transactionsIn(text).map((inside) => ({ path, inside })));
    const names = transactions.map(
      ({ path, inside }) => inside.match(/'([\w-]+)',?\s*$/)?.[1] ?? `none in ${path}`,
    );
    const known = COMMIT_NAMES.filter((name) => name !== 'statement');
    expect(names.toSorted()).toEqual([...known].toSorted());
  });

  it('lie before and after each of them', () => {
    const moments = new Set(CRASH_POINTS.map((point) => point.replace(/:(?:before|after)$/, '')));
    expect(CRASH_POINTS).toHaveLength(2 * moments.size);
    for (const moment of moments)
      expect(CRASH_POINTS).toEqual(expect.arrayContaining([`${moment}:before`, `${moment}:after`]));
  });
});
