// Finds out the version of a plan, where its events depend on it. It must not guess while the plan may still tell: an
// event with the wrong ids is accepted and reaches no task, and a verdict that was lost so would never be sent again.
import { isGatesHub } from '../domain/check.ts';
import { type CheckAtWork, note, type RunCheckPorts } from './check-at-work.ts';
import type { PlanAnswer } from './ports.ts';

/**
 * The check with the version of its plan noted, as far as one is needed. A plan that will not tell its version counts as
 * a new one.
 */
export async function askPlanVersion(
  ports: Pick<RunCheckPorts, 'plans' | 'checks' | 'transactions'>,
  work: CheckAtWork,
): Promise<Exclude<PlanAnswer<CheckAtWork>, { readonly kind: 'refused' }>> {
  const { check, task, token } = work;
  const known = { kind: 'accepted', value: work } as const;
  if (task.planVersion !== undefined || !isGatesHub(task.hubName)) return known;
  const version = await ports.plans.readVersion(task, token);
  if (version.kind === 'refused') return known;
  if (version.kind !== 'accepted') return version;
  const planVersion = version.value;
  const noted = await note(ports, work, { ...check.progress, planVersion });
  if (!noted) return { kind: 'ended', detail: 'the check has been taken back' };
  return { kind: 'accepted', value: { ...noted, task: { ...task, planVersion } } };
}
