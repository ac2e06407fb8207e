// Plays Azure Pipelines' side of a check: calls the gate with the headers of a task, and tells from the plan what the
// pipeline was told. It must not know how PipeBot works.
import { CALLBACK_CALLERS, type CallbackCaller } from '../stand-ins/azure-devops/callback-callers.ts';
import type { PlanOptions, StandInPlan } from '../stand-ins/azure-devops/stand-in-plan.ts';
import { GATE_KEY, type World } from './world.ts';

export { CALLBACK_CALLERS, type CallbackCaller };

export interface Acknowledgement {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of any shape.
  readonly body: any;
}

export function addPlanOf(
  world: World,
  caller: CallbackCaller,
  more: Partial<PlanOptions> = {},
): StandInPlan {
  return world.azure.addPlan({
    ...CALLBACK_CALLERS[caller],
    project: world.shop.pythonBase.project,
    ...more,
  });
}

/** As the task sends it, with the mode that a person has added; `headers` replace single ones, '' takes one out. */
export async function callGate(
  world: World,
  plan: StandInPlan,
  {
    path = 'payments',
    headers = {},
    body,
  }: {
    readonly path?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
  } = {},
): Promise<Acknowledgement> {
  const sent = {
    ...plan.gateHeaders(),
    PipeBotMode: 'callback',
    authorization: `Basic ${Buffer.from(`pipebot:${GATE_KEY}`).toString('base64')}`,
    ...headers,
  };
  const response = await fetch(`${world.app.url}/api/gate/${path}`, {
    method: 'POST',
    headers: Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== '')),
    ...(body === undefined ? {} : { body }),
  });
  return { status: response.status, body: await response.json() };
}

/** The results that were sent to the plan and accepted: one, if all is well. */
export function verdictsOf({ events }: StandInPlan): (string | undefined)[] {
  return events.filter(({ name }) => name === 'TaskCompleted').map(({ result }) => result);
}

/** What stands in the task's own log and on its console. */
export function linesOf({ feed, logs }: StandInPlan): { readonly console: string[]; readonly log: string } {
  return { console: feed.map(({ line }) => line), log: logs.map(({ text }) => text).join('') };
}

/** What was asked of a plan's routes, in order: `POST events TaskStarted`. */
export function callsOf(world: World, plan: StandInPlan): string[] {
  const marker = `/plans/${plan.planId}`;
  return world.azure.ledger
    .filter(({ path }) => path.toLowerCase().includes(marker.toLowerCase()))
    .map(({ method, path, body }) => {
      const rest = path.slice(path.toLowerCase().indexOf(marker.toLowerCase()) + marker.length + 1);
      const what = /records\/[^/]+\/feed/.test(rest) ? 'feed' : rest.replace(/^timelines\/[^/]+\//, '');
      const name = (body as { name?: unknown } | undefined)?.name;
      return [method, what.replace(/^logs\/\d+$/, 'log'), typeof name === 'string' ? name : '']
        .filter((part) => part !== '')
        .join(' ');
    });
}
