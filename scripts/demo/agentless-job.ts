// A job without an agent that asks the gate and waits to be called back, as the task InvokeRESTAPI does it at Azure
// Pipelines, and what its page there shows. It must not know how PipeBot works.
import type { StandInBuild } from '../../test/stand-ins/azure-devops/azure-devops-stand-in.ts';
import type { StandInPlan } from '../../test/stand-ins/azure-devops/stand-in-plan.ts';

export interface AgentlessJob {
  /** What PipeBot answered at once. */
  readonly acknowledged: { readonly status: number; readonly message: string };
  /** The newest line of its live console. */
  lastLine(): string;
  /** The newest line of its own log, without the moment at its beginning. */
  lastLogged(): string;
  /** What its page shows beside its name, and how far it is. */
  progress(): { readonly text: string; readonly percent: number | undefined };
  /** What it was told in the end. */
  results(): readonly (string | undefined)[];
  outputVariables(): Readonly<Record<string, string>>;
}

export interface AgentlessJobOptions {
  readonly url: string;
  readonly gateKey: string;
  readonly service: string;
  readonly plan: StandInPlan;
  readonly run: StandInBuild;
}

export async function startAgentlessJob(options: AgentlessJobOptions): Promise<AgentlessJob> {
  const { url, gateKey, service, plan, run } = options;
  const response = await fetch(`${url}/api/gate/${service}`, {
    method: 'POST',
    headers: {
      ...plan.gateHeaders(),
      PipeBotMode: 'callback',
      BuildId: String(run.id),
      // A Generic service connection sends its key so.
      authorization: `Basic ${Buffer.from(`pipebot:${gateKey}`).toString('base64')}`,
    },
  });
  const { message } = (await response.json()) as { readonly message: string };
  const record = () => plan.records.find(({ id }) => id === plan.taskInstanceId) ?? {};
  return {
    acknowledged: { status: response.status, message },
    lastLine: () => plan.feed.at(-1)?.line ?? '',
    lastLogged: () => {
      const lines = plan.logs.flatMap(({ text }) => text.trimEnd().split('\n'));
      return (lines.at(-1) ?? '').replace(/^\S+Z /, '').trimEnd();
    },
    progress: () => {
      const { currentOperation = '', percentComplete } = record() as Progress;
      return { text: currentOperation ?? '', percent: percentComplete ?? undefined };
    },
    results: () => plan.events.filter(({ name }) => name === 'TaskCompleted').map(({ result }) => result),
    outputVariables: () => {
      const { variables = {} } = record() as Progress;
      return Object.fromEntries(Object.entries(variables).map(([name, { value }]) => [name, value]));
    },
  };
}

interface Progress {
  readonly currentOperation?: string | null;
  readonly percentComplete?: number | null;
  readonly variables?: Readonly<Record<string, { readonly value: string }>>;
}
