// Refusals about holds and releases: who may, what is not held, which gate does not wait.
import type { Remark } from '../domain/content.ts';
import { suggestionText } from './error.ts';
import { plainText, quoted } from './plain.ts';

type RemarkOf<Code extends Remark['code']> = Extract<Remark, { code: Code }>;

/** By code. */
export const HOLD_SENTENCES = {
  'not-operator': ({ why, service }: RemarkOf<'not-operator'>) =>
    why === 'nobody-may'
      ? `Nobody may hold or release the gates of ${plainText(service)}: the services file names no operators. Example: operators: [<your object id in Entra>]`
      : `Only its operators may hold and release the gates of ${plainText(service)}, and you are not among them. Who they are stands in the services file. Example: operators: [<your object id in Entra>]`,
  'not-held': ({ service }: RemarkOf<'not-held'>) =>
    `${plainText(service)} is not held. To let a single pipeline continue, name its run. Example: release 4711`,
  'base-has-no-gate': ({ base }: RemarkOf<'base-has-no-gate'>) =>
    `${plainText(base)} is a base, and gates belong to services. Example: hold payments because ${plainText(base)} is being replaced`,
  'gate-not-waiting': ({ typed, suggestions }: RemarkOf<'gate-not-waiting'>) =>
    `No pipeline waits at a gate as ${quoted(typed)}, or it has been decided meanwhile. ${suggestionText(suggestions) || 'Type gates to see who waits.'}`,
} as const;
