// The judge of the checks in a chaos run: whether it sees what it is there to see. What plans were told is made up here.
import { expect, test } from 'vitest';
import { type BaseResult, CheckBook, type CheckState } from '../../scripts/chaos/check-book.ts';
import { systemClock } from '../../src/clock.ts';
import {
  type AzureDevOpsStandIn,
  startAzureDevOpsStandIn,
} from '../stand-ins/azure-devops/azure-devops-stand-in.ts';
import type { StandInPlan } from '../stand-ins/azure-devops/stand-in-plan.ts';

interface Played {
  readonly state: CheckState;
  readonly base: BaseResult;
  readonly verdicts: readonly BaseResult[];
  readonly isExplained?: boolean;
}

/** A plan that was told this, past the rules of Azure Pipelines. */
function toldPlan(plan: StandInPlan, { verdicts, isExplained = true }: Played): StandInPlan {
  const { taskInstanceId: taskId, jobId } = plan;
  const events = verdicts.map((result) => ({ at: 0, name: 'TaskCompleted', taskId, jobId, result }));
  const variables = { decision: { value: 'stop' } };
  const records = isExplained && events.length > 0 ? [{ id: taskId, variables }] : [];
  return { ...plan, events, records };
}

function play(azure: AzureDevOpsStandIn, played: Played) {
  const project = azure.addProject(`Shop ${Math.random()}`);
  const line = { service: 'payments', definition: azure.addDefinition(project, { id: 1, name: 'base' }) };
  const book = new CheckBook();
  const finish = book.begin(line);
  const entry = book.ask(line, toldPlan(azure.addPlan({ project }), played), []);
  entry.state = played.state;
  book.baseEnded(line, played.base);
  finish();
  const { missing, wrong, doubled, onDoubt, unexplained, toldOnce } = book.compare();
  const broken = Object.entries({ missing, wrong, doubled, onDoubt, unexplained });
  return { toldOnce, broken: broken.filter(([, found]) => found.length > 0).map(([name]) => name) };
}

const CASES: [string, Played, readonly string[]][] = [
  ['its one verdict', { state: 'waits', base: 'failed', verdicts: ['failed'] }, []],
  ['no verdict', { state: 'waits', base: 'failed', verdicts: [] }, ['missing']],
  ['a wrong stop', { state: 'waits', base: 'succeeded', verdicts: ['failed'] }, ['wrong']],
  ['a wrong go', { state: 'waits', base: 'failed', verdicts: ['succeeded'] }, ['wrong', 'onDoubt']],
  ['two verdicts', { state: 'waits', base: 'failed', verdicts: ['failed', 'failed'] }, ['doubled']],
  [
    'a verdict without a reason',
    { state: 'waits', base: 'failed', verdicts: ['failed'], isExplained: false },
    ['unexplained'],
  ],
  ['nothing, never acknowledged', { state: 'unsure', base: 'failed', verdicts: [] }, []],
  ['one verdict, never acknowledged', { state: 'unsure', base: 'failed', verdicts: ['failed'] }, []],
  ['nothing, cancelled', { state: 'ended-by-run', base: 'failed', verdicts: [] }, []],
  ['a verdict, cancelled', { state: 'ended-by-run', base: 'failed', verdicts: ['failed'] }, ['wrong']],
  ['a verdict, taken back', { state: 'taken-back', base: 'failed', verdicts: ['failed'] }, ['wrong']],
];

test.each(CASES)('the book of the checks judges %s', async (_name, played, broken) => {
  const azure = await startAzureDevOpsStandIn({ clock: systemClock });
  try {
    const found = play(azure, played);
    expect(found).toEqual({ toldOnce: found.toldOnce, broken });
    expect(found.toldOnce).toBe(
      played.state === 'waits' && !broken.some((each) => each !== 'unexplained') ? 1 : 0,
    );
  } finally {
    await azure.close();
  }
});

test('the book of the checks notices a caller of GET that passed on doubt, and one without an answer', async () => {
  const azure = await startAzureDevOpsStandIn({ clock: systemClock });
  try {
    const project = azure.addProject('Shop');
    const line = { service: 'payments', definition: azure.addDefinition(project, { id: 1, name: 'base' }) };
    const book = new CheckBook();
    book.begin(line);
    book.hold(line).got = 'succeeded';
    book.hold(line);
    book.baseEnded(line, 'failed');
    const found = book.compare();
    expect([found.onDoubt.length, found.wrong.length, found.missing.length]).toEqual([1, 1, 1]);
    expect(book.openCount).toBe(1);
  } finally {
    await azure.close();
  }
});
