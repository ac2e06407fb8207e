// Templates become cards here: read once, expanded exactly once, with data that is only data. The only file
// that knows the template engine; a template may hold property paths and nothing else.
import { readFileSync } from 'node:fs';
// The package's entry also exports types that lead into the sources of another package; the engine does not.
import { Template } from 'adaptivecards-templating/lib/template-engine.js';
import { PipeBotError } from '../errors.ts';
import { escapeMarkdown, type Markup } from './markup.ts';

export type TemplateName = keyof typeof TEMPLATES;
export type TemplateValue = string | boolean | Markup | readonly TemplateValue[] | TemplateData;
/** What a template is filled with. Strings are others' text and get escaped; markup is taken as it is. */
export type TemplateData = { readonly [name: string]: TemplateValue };

const MAX_DEPTH = 8;

const TEMPLATES = {
  status: readTemplate('status'),
  overview: readTemplate('overview'),
  services: readTemplate('services'),
  help: readTemplate('help'),
  watch: readTemplate('watch'),
  alert: readTemplate('alert'),
  subscribed: readTemplate('subscribed'),
  subscriptions: readTemplate('subscriptions'),
  'subscribe-form': readTemplate('subscribe-form'),
  why: readTemplate('why'),
  gates: readTemplate('gates'),
  hold: readTemplate('hold'),
} as const satisfies Readonly<Record<string, Template>>;

/**
 * The card of a template. Throws PipeBotError `internal` when an expression was left over, which is a
 * mistake in the template: data cannot bring one in.
 */
export function expandTemplate(name: TemplateName, data: TemplateData): Record<string, unknown> {
  const expanded: unknown = TEMPLATES[name].expand({ $root: toPlainData(data, 0) });
  const card = withoutNulls(expanded);
  if (!isRecord(card)) throw new PipeBotError('internal', { subject: name, detail: 'template gave no card' });
  if (JSON.stringify(card).includes('${')) {
    throw new PipeBotError('internal', { subject: name, detail: 'expression left in card' });
  }
  return card;
}

/**
 * Strings escaped, markup unwrapped, everything that the engine stumbles over replaced: a null inside a
 * string throws (measured with 2.3.1), and keys with `$` are its own words.
 */
function toPlainData(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return escapeMarkdown(value);
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '';
  if (depth > MAX_DEPTH || typeof value !== 'object' || value === null) return '';
  if (isMarkup(value)) return value.text;
  if (Array.isArray(value)) return value.map((item) => toPlainData(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => /^[a-z]\w*$/i.test(key))
      .map(([key, item]) => [key, toPlainData(item, depth + 1)]),
  );
}

/** A dropped object leaves `null` behind where it was a property; clients expect it to be absent. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => item !== null).map(withoutNulls);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== null)
      .map(([key, item]) => [key, withoutNulls(item)]),
  );
}

function readTemplate(name: string): Template {
  return new Template(JSON.parse(readFileSync(new URL(`./templates/${name}.json`, import.meta.url), 'utf8')));
}

function isMarkup(value: object): value is Markup {
  return 'kind' in value && value.kind === 'markup' && 'text' in value && typeof value.text === 'string';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
