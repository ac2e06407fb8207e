// Who of Azure Pipelines calls a gate and waits to be called back, by the plans that such calls come from.
import type { PlanOptions } from './stand-in-plan.ts';

export const CALLBACK_CALLERS = {
  'an agentless job': { hub: 'build' },
  'a check on an environment': { hub: 'checks' },
  'a release gate': { hub: 'gates', version: 14 },
  'an old release gate': { hub: 'Gates', version: 12 },
  'an agentless phase of a release': { hub: 'Release' },
} as const satisfies Readonly<Record<string, Omit<PlanOptions, 'project'>>>;

export type CallbackCaller = keyof typeof CALLBACK_CALLERS;
