// Starts the Plans adapter against a plan of the Azure DevOps stand-in, or against any address. For
// the tests of this folder, and of what is told over it.
import { createPlans } from '../../src/azure-devops/plans.ts';
import { Secret } from '../../src/secret.ts';
import type { PlanAnswer, Plans, PlanTask } from '../../src/usecases/check-ports.ts';
import {
  type AzureDevOpsStandIn,
  type AzureDevOpsStandInOptions,
  type FaultEffect,
  type PlanOptions,
  type StandInPlan,
  startAzureDevOpsStandIn,
} from '../stand-ins/azure-devops/azure-devops-stand-in.ts';
import { PLAN_CALLS } from '../stand-ins/azure-devops/plan-call-match.ts';
import { scriptClock } from './pipelines-under-test.ts';

export const JOB_TOKEN = 'canary-job.token/of+a=run-51c7';
export const TOKEN = new Secret(JOB_TOKEN);

export type ConnectedPlans = Plans & { close(): void };

export interface PlansUnderTest extends AsyncDisposable {
  readonly azure: AzureDevOpsStandIn;
  readonly plan: StandInPlan;
  readonly plans: ConnectedPlans;
  readonly task: PlanTask;
  /** What each method of the port answers when it is asked once, with something ordinary to say. */
  call(name: PlanCallName): Promise<PlanAnswer<unknown>>;
  /** Every answer of the call is this one. */
  fault(name: PlanCallName, effect: FaultEffect, more?: { applied?: boolean; times?: number }): void;
}

export type PlanCallName = keyof Plans;
export const CALL_NAMES = [
  'readVersion',
  'startTask',
  'completeTask',
  'updateRecord',
  'writeConsole',
  'createLog',
  'appendLog',
] as const satisfies readonly PlanCallName[];

const MATCHES = { ...PLAN_CALLS, startTask: PLAN_CALLS.event, completeTask: PLAN_CALLS.event };

export function connectTo(url: string, callTimeoutMs?: number): ConnectedPlans {
  return createPlans({
    organizations: [{ name: 'contoso', url }],
    clock: scriptClock().clock,
    ...(callTimeoutMs === undefined ? {} : { callTimeoutMs }),
  });
}

export async function startPlansUnderTest(
  options: {
    readonly plan?: Partial<PlanOptions>;
    readonly azure?: Partial<AzureDevOpsStandInOptions>;
    readonly callTimeoutMs?: number;
  } = {},
): Promise<PlansUnderTest> {
  const azure = await startAzureDevOpsStandIn({ clock: scriptClock().clock, ...options.azure });
  const project = azure.addProject('Shop');
  const plan = azure.addPlan({ project, hub: 'checks', jobToken: JOB_TOKEN, ...options.plan });
  const plans = connectTo(azure.url, options.callTimeoutMs);
  const task = taskOf(plan);
  return {
    ...{ azure, plan, plans, task },
    call: (name) => callOnce(plans, task, name),
    fault: (name, effect, more = {}) => void azure.injectFault({ match: MATCHES[name], effect, ...more }),
    [Symbol.asyncDispose]: async () => {
      plans.close();
      await azure.close();
    },
  };
}

export function taskOf(plan: StandInPlan): PlanTask {
  const { projectId, hub: hubName, planId, jobId, taskInstanceId, timelineId } = plan;
  return { organization: 'contoso', projectId, hubName, planId, jobId, taskInstanceId, timelineId };
}

const ID = '11111111-2222-4333-8444-555555555555';
/** A task for servers that do not look at it. */
export const SOME_TASK: PlanTask = {
  organization: 'contoso',
  projectId: ID,
  hubName: 'build',
  planId: ID,
  jobId: ID,
  taskInstanceId: ID,
  timelineId: ID,
};

export function callOnce(plans: Plans, task: PlanTask, name: PlanCallName): Promise<PlanAnswer<unknown>> {
  switch (name) {
    case 'completeTask':
      return plans.completeTask(task, TOKEN, 'succeeded');
    case 'updateRecord':
      return plans.updateRecord(task, TOKEN, { currentOperation: 'waiting' });
    case 'writeConsole':
      return plans.writeConsole(task, TOKEN, ['waiting']);
    case 'appendLog':
      return plans.appendLog(task, TOKEN, { logId: 1, lines: ['waiting'] });
    default:
      return plans[name](task, TOKEN);
  }
}
