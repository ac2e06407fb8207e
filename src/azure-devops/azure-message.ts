// Takes Azure DevOps' own words out of an error's body, fit to be shown to people: short, one line, no HTML,
// no error code in front, no credential. It must not be used to tell errors apart.
import { type HttpAnswer, isJson } from './http-exchange.ts';
import { isJsonObject } from './json-object.ts';

const LONGEST = 300;

/** Undefined when the body has no message that may be shown. */
export function azureMessage(answer: HttpAnswer, secrets: readonly string[]): string | undefined {
  if (!isJson(answer)) return undefined;
  const message = readMessage(answer.body);
  if (message === undefined || secrets.some((secret) => message.includes(secret))) return undefined;
  const text = message
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .replace(/^(?:(?:TF|VS)\d+:?\s*)+/, '');
  if (text === '' || /<[a-z!/]/i.test(text)) return undefined;
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1).trimEnd()}…` : text;
}

/** `message`, or `value.Message` as the framework below the API has it. */
function readMessage(body: Uint8Array): string | undefined {
  try {
    const error: unknown = JSON.parse(new TextDecoder().decode(body));
    if (!isJsonObject(error)) return undefined;
    const message =
      error['message'] ?? (isJsonObject(error['value']) ? error['value']['Message'] : undefined);
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}
