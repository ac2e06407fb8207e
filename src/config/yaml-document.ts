// Reads YAML text into maps and plain values, and tells what keeps it from being read. The only importer of yaml.
import { type Document, LineCounter, parseDocument, type YAMLParseError, type YAMLWarning } from 'yaml';
import type { ConfigProblem, Parsed } from './config-problem.ts';

const EXAMPLE = 'services: { payments: { base: python-base } }';
const MAX_ALIASES = 100;

/** Mappings as Map; `path` is named in problems. What YAML only warns of is a problem too. */
export function readYaml(text: string, path: string): Parsed<unknown> {
  const problem = (where: string, wrong: string): ConfigProblem => ({ where, wrong, example: EXAMPLE });
  try {
    const document: Document = parseDocument(text, {
      lineCounter: new LineCounter(),
      uniqueKeys: true,
      merge: false,
      logLevel: 'silent',
    });
    const faults: (YAMLParseError | YAMLWarning)[] = [...document.errors, ...document.warnings];
    if (faults.length === 0)
      return { value: document.toJS({ mapAsMap: true, maxAliasCount: MAX_ALIASES }) as unknown };
    return {
      problems: faults.map((fault) =>
        problem(`${path}, line ${fault.linePos?.[0].line ?? 1}`, `is not valid YAML (${fault.code})`),
      ),
    };
  } catch (error) {
    // yaml 2.9.1 throws it for aliases alone; nesting that is too deep is among the document's errors.
    if (!(error instanceof ReferenceError)) throw error;
    return { problems: [problem(path, 'has an alias (*name) without its anchor, or too many of them')] };
  }
}
