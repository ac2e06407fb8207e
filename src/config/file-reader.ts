// Reads single values of the services file and collects what is wrong with them. Knows nothing of what the
// values mean.

import { toBranchRef } from '../domain/branch.ts';
import { nearestNames } from '../domain/service.ts';
import type { ConfigProblem } from './config-problem.ts';

export type Fields = ReadonlyMap<string, unknown>;

export class FileReader {
  readonly #path: string;
  readonly #problems: ConfigProblem[];

  constructor(path: string, problems: ConfigProblem[]) {
    this.#path = path;
    this.#problems = problems;
  }

  wrong(where: string, what: string, example: string): void {
    this.#problems.push({
      where: where === '' ? this.#path : `${this.#path}: ${where}`,
      wrong: what,
      example,
    });
  }

  /** A mapping with known keys; others are reported with the nearest known one. */
  fields(where: string, value: unknown, known: readonly string[]): Fields {
    const fields = new Map(this.map(where, value));
    for (const key of fields.keys()) {
      if (known.includes(key)) continue;
      const example = nearestNames(known, key)[0] ?? known.join(', ');
      this.wrong(where === '' ? key : `${where}.${key}`, 'is no setting', example);
    }
    return fields;
  }

  /** The entries of a mapping; nothing when it is absent. */
  map(where: string, value: unknown): [string, unknown][] {
    if (value === undefined || value === null) return [];
    if (value instanceof Map) return [...value].map(([key, entry]) => [String(key), entry]);
    this.wrong(where, 'is no mapping', `${where.split('.').at(-1) || 'services'}: { key: value }`);
    return [];
  }

  text(where: string, value: unknown): string | undefined {
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'string' && value.trim() !== '') return value.trim();
    if (typeof value === 'number') return String(value);
    this.wrong(where, 'is no text', `${where.split('.').at(-1)}: text`);
    return undefined;
  }

  /** One text or a list of texts. */
  texts(where: string, value: unknown): string[] {
    if (value === undefined || value === null) return [];
    const values: unknown[] = Array.isArray(value) ? value : [value];
    return values.flatMap((entry) => this.text(where, entry) ?? []);
  }

  /** A branch as a full ref; what git would refuse is reported. */
  branch(where: string, name: string): string {
    const ref = toBranchRef(name);
    if (ref === undefined) this.wrong(where, `"${name}" is no branch`, 'branch: develop');
    return ref ?? name;
  }
}
