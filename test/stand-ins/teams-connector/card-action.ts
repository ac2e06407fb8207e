// What Teams makes of a click on a card: which buttons and fields a message shows, and what it tells the bot.
// Pure: must not send anything.

import type { WireActivity } from './wire-activity.ts';

type Json = Readonly<Record<string, unknown>>;

/** The value of the `adaptiveCard/action` invoke (Microsoft Learn, "Universal Actions for Adaptive Cards"). */
export interface CardActionValue {
  readonly action: {
    readonly type: 'Action.Execute';
    readonly id?: unknown;
    readonly verb?: unknown;
    readonly data: Json;
  };
  readonly trigger: 'manual';
}

/**
 * @param button the title, or how many buttons come before it
 * @param inputs what the person has entered, by field id; other fields keep what the card has put into them
 */
export function clickValue(
  activity: WireActivity,
  button: string | number,
  inputs: Readonly<Record<string, string>>,
): CardActionValue {
  const parts = partsOf((activity.attachments ?? []).map(({ content }) => content));
  const buttons = parts.filter((part) => isOfType(part, 'Action.'));
  const action = typeof button === 'number' ? buttons[button] : buttons.find(({ title }) => title === button);
  if (!action) {
    const titles = buttons.map(({ title }) => String(title)).join(', ');
    throw new Error(`The message has no button ${JSON.stringify(button)}. It has: ${titles || 'none'}.`);
  }
  const { type, id, verb, data, associatedInputs } = action;
  if (type !== 'Action.Execute') throw new Error(`The button is a ${type}, of which the bot hears nothing.`);
  const fields = parts.filter((part) => isOfType(part, 'Input.'));
  const unknown = Object.keys(inputs).find((name) => !fields.some((field) => field['id'] === name));
  if (unknown !== undefined) throw new Error(`The message has no field ${JSON.stringify(unknown)}.`);
  const entered = associatedInputs === 'none' ? {} : { ...Object.fromEntries(prefilled(fields)), ...inputs };
  return {
    action: {
      type,
      ...(id === undefined ? {} : { id }),
      ...(verb === undefined ? {} : { verb }),
      data: { ...(isObject(data) ? data : {}), ...entered },
    },
    trigger: 'manual',
  };
}

/** Every object in the cards, from the top down, as a person would see them. */
function partsOf(value: unknown): Json[] {
  if (Array.isArray(value)) return value.flatMap(partsOf);
  if (!isObject(value)) return [];
  return [value, ...Object.values(value).flatMap(partsOf)];
}

function prefilled(fields: readonly Json[]): [string, string][] {
  return fields.flatMap(({ type, id, value, valueOff = 'false' }): [string, string][] => {
    const shown = value ?? (type === 'Input.Toggle' ? valueOff : undefined);
    return typeof id === 'string' && shown !== undefined ? [[id, String(shown)]] : [];
  });
}

function isOfType({ type }: Json, prefix: string): boolean {
  return typeof type === 'string' && type.startsWith(prefix);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
