// Merges timeline records that a gate sends into a plan: an upsert in which null and absent change nothing.
// Must not check whether the plan may still be written to.
import { badRequest } from './azure-error.ts';
import type { OrganizationState } from './organization-state.ts';
import type { PlanRecord, PlanState } from './plan-state.ts';
import { readObject } from './route.ts';

const STATES = ['pending', 'inProgress', 'completed'];
const RESULTS = ['succeeded', 'succeededWithIssues', 'failed', 'canceled', 'skipped', 'abandoned'];

/** All or nothing: one bad record leaves the plan as it was. */
export function updatePlanRecords(state: OrganizationState, plan: PlanState, value: unknown): PlanRecord[] {
  if (!Array.isArray(value)) throw badRequest('The update needs value.', 'VssPropertyValidationException');
  const changeId = plan.changeId + 1;
  const merged = value.map((given) => mergeRecord(state, plan, readObject(given), changeId));
  for (const record of merged) {
    const at = plan.records.findIndex((candidate) => sameId(candidate.id, record.id));
    plan.records.splice(at < 0 ? plan.records.length : at, at < 0 ? 0 : 1, record);
  }
  plan.changeId = changeId;
  return merged;
}

function mergeRecord(
  state: OrganizationState,
  plan: PlanState,
  given: Readonly<Record<string, unknown>>,
  changeId: number,
): PlanRecord {
  const id = given['id'];
  if (typeof id !== 'string') throw badRequest('A record needs an id.', 'VssPropertyValidationException');
  const present = Object.entries(given).filter(([, value]) => value !== null && value !== undefined);
  const changes = Object.fromEntries(present);
  const before = plan.records.find((record) => sameId(record.id, id));
  if (!before && (changes['name'] === undefined || changes['type'] === undefined)) {
    const message = `The timeline record ${id} does not exist, and a new one needs a name and a type.`;
    throw badRequest(message, 'TimelineRecordInvalidException');
  }
  const record: Record<string, unknown> = { ...before, ...changes, changeId };
  record['state'] = toWord(STATES, record['state'] ?? 'pending', 'state');
  if (record['result'] !== undefined && record['result'] !== null) {
    record['result'] = toWord(RESULTS, record['result'], 'result');
  }
  record['variables'] = { ...readVariables(before?.['variables']), ...readVariables(changes['variables']) };
  record['location'] =
    `${state.url}/_apis/distributedtask/plans/${plan.planId}/timelines/${plan.timelineId}/records/${id}`;
  return { ...record, id: before?.id ?? id };
}

/** Microsoft's client sends enums as numbers. */
function toWord(words: readonly string[], given: unknown, name: string): string {
  const found = typeof given === 'number' ? words[given] : words.find((word) => word === given);
  if (found === undefined) throw badRequest(`The value '${String(given)}' is not valid for ${name}.`);
  return found;
}

function readVariables(value: unknown): Readonly<Record<string, unknown>> {
  return value === undefined ? {} : readObject(value);
}

function sameId(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
