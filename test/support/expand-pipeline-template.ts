// Makes of a YAML template and its parameters the pipeline that Azure Pipelines would compile: expressions in ${{ }},
// parameters with their defaults and types, templates in templates. It knows as much of the language as PipeBot's own
// templates use, and refuses the rest. Facts: learn.microsoft.com, Azure Pipelines, templates and expressions.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { type CompileTimeValues, evaluateExpression } from './evaluate-expression.ts';

interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly default?: unknown;
}

const WHOLE = /^\$\{\{((?:(?!\}\}).)*)\}\}$/s;
const INSIDE = /\$\{\{((?:(?!\}\}).)*)\}\}/gs;
const IS_OF_TYPE: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  jobList: Array.isArray,
};

/** Throws a sentence about what Azure Pipelines would refuse. `variables` are those that are known before a run starts. */
export function expandPipelineTemplate(
  path: string,
  given: Readonly<Record<string, unknown>>,
  variables: CompileTimeValues['variables'],
): unknown {
  const { parameters: declared = [], ...body } = parse(readFileSync(path, 'utf8'));
  const parameters = bindParameters(declared, given);
  return expandNode(body, { parameters, variables }, dirname(path));
}

/** The same for a snippet that is pasted, whose templates lie in `folder`. */
export function expandPipeline(
  yaml: string,
  variables: CompileTimeValues['variables'],
  folder: string,
): unknown {
  const { extends: extended, ...pipeline } = parse(yaml);
  if (extended === undefined) return expandNode(pipeline, { parameters: {}, variables }, folder);
  return expandPipelineTemplate(join(folder, extended.template), extended.parameters ?? {}, variables);
}

function bindParameters(
  declared: readonly Parameter[],
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  for (const name of Object.keys(given)) {
    if (!declared.some((parameter) => parameter.name === name)) throw new Error(`no parameter ${name}`);
  }
  return Object.fromEntries(
    declared.map(({ name, type, default: fallback }) => {
      const value = given[name] ?? fallback;
      if (value === undefined) throw new Error(`the parameter ${name} is missing`);
      if (!IS_OF_TYPE[type]?.(value)) throw new Error(`the parameter ${name} is no ${type}`);
      return [name, value];
    }),
  );
}

function expandNode(node: unknown, values: CompileTimeValues, folder: string): unknown {
  if (typeof node === 'string') return expandText(node, values);
  if (Array.isArray(node)) return node.flatMap((item) => expandItem(item, values, folder));
  if (typeof node === 'object' && node !== null) return expandMapping(node, values, folder);
  return node;
}

function expandItem(item: unknown, values: CompileTimeValues, folder: string): unknown[] {
  const expanded = expandNode(item, values, folder);
  // What stands under a condition in a list is a list itself.
  if (Array.isArray(expanded)) return expanded;
  if (typeof expanded !== 'object' || expanded === null || !('template' in expanded)) return [expanded];
  const { template, parameters = {} } = expanded as {
    template: string;
    parameters?: Record<string, unknown>;
  };
  const inner = expandPipelineTemplate(join(folder, template), parameters, values.variables);
  return Object.values(inner as object).flat();
}

function expandMapping(node: object, values: CompileTimeValues, folder: string): unknown {
  const result: Record<string, unknown> = {};
  let list: unknown[] | undefined;
  let isTaken = false;
  for (const [key, value] of Object.entries(node)) {
    const words = WHOLE.exec(key)?.[1]?.trim();
    const condition = words?.startsWith('if ') ? words.slice(3) : undefined;
    if (words === undefined) {
      result[key] = expandNode(value, values, folder);
      continue;
    }
    if (condition === undefined && words !== 'else')
      throw new Error(`\${{ ${words} }} is not known as a key`);
    const holds: boolean =
      condition === undefined ? !isTaken : evaluateExpression(condition, values) === true;
    isTaken = holds;
    if (!holds) {
      if (Array.isArray(value)) list ??= [];
      continue;
    }
    const inserted = expandNode(value, values, folder);
    if (Array.isArray(inserted)) list = [...(list ?? []), ...inserted];
    else Object.assign(result, inserted);
  }
  return list ?? result;
}

function expandText(text: string, values: CompileTimeValues): unknown {
  const whole = WHOLE.exec(text)?.[1];
  if (whole !== undefined) return evaluateExpression(whole, values);
  return text.replace(INSIDE, (_, expression: string) => String(evaluateExpression(expression, values)));
}
