// Checks that wait to be called back or have ended, each with its run's token, sealed, for as long as it is needed.
// A token is bound to the task that it was handed over for. It must not decide when a check ends.
import type { CheckEnd, CheckProgress, CheckTarget } from '../domain/check.ts';
import type { CheckRecord, CheckRecords } from '../usecases/ports.ts';
import type { Database } from './database.ts';
import { fromRow } from './from-row.ts';
import type { Seal } from './seal.ts';
import { toInstant, toJson, toKey, toText } from './to-column.ts';

interface CheckRow {
  readonly id: string;
  readonly organization: string;
  readonly projectId: string;
  readonly hubName: string;
  readonly planId: string;
  readonly jobId: string;
  readonly taskInstanceId: string;
  readonly timelineId: string | null;
  readonly receivedAt: Date;
  readonly progress: CheckProgress;
  readonly end: CheckEnd | null;
  readonly endedAt: Date | null;
}

type Task = Parameters<CheckRecords['findByTarget']>[0];
type SealedRow = Task & { readonly sealed: string | null };
type OpenCheck = Awaited<ReturnType<CheckRecords['listOpen']>>[number];

const TASK = `organization, plan_id as "planId", job_id as "jobId", task_instance_id as "taskInstanceId"`;
const IS_TASK = 'organization = $1 and plan_id = $2 and job_id = $3 and task_instance_id = $4';
const SELECTED = `
  id, ${TASK}, project_id as "projectId", hub_name as "hubName", timeline_id as "timelineId",
  received_at as "receivedAt", progress, ended_as as "end", ended_at as "endedAt"`;

// Without naming a constraint: whichever of the two a second call meets first, it waits and then stands back.
const ADD = `
  insert into pipebot.checks
    (organization, plan_id, job_id, task_instance_id, sealed_token, id, project_id, hub_name, timeline_id, received_at, progress)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '{}')
  on conflict do nothing
  returning ${SELECTED}`;

// An update in any case: only so does it wait for whoever ends the check, and see that it has ended.
const RENEW = `
  update pipebot.checks set sealed_token = case when ended_as is null then $5 end
  where ${IS_TASK}
  returning ${SELECTED}`;

const FIND = `select ${SELECTED} from pipebot.checks where id = $1`;
const FIND_BY_TASK = `select ${SELECTED} from pipebot.checks where ${IS_TASK}`;
const FIND_SEALED = `select ${TASK}, sealed_token as sealed from pipebot.checks where id = $1`;

const SAVE_PROGRESS = `
  update pipebot.checks set progress = $2 where id = $1 and ended_as is null returning id`;

const END = `
  update pipebot.checks set ended_as = $2, ended_at = $3, sealed_token = null
  where id = $1 and ended_as is null
  returning id`;

const LIST_OPEN = `
  select open.id, gate.service, gate.branch
  from pipebot.checks as open join pipebot.gates as gate on gate.id = open.id
  where open.ended_as is null
  order by open.received_at, open.id`;

const COUNT_OPEN = 'select count(*)::int as open from pipebot.checks where ended_as is null';
const COUNT_OPEN_OF_KEY = `
  select count(*)::int as open
  from pipebot.checks as open join pipebot.gates as gate on gate.id = open.id
  where open.ended_as is null and gate.key_id = $1`;

/**
 * `add` throws `check-unavailable` when there is no key to seal with, and nothing is stored then. A check is listed as
 * open once its gate is stored, too: do both in one transaction.
 */
export function createCheckRecords(database: Pick<Database, 'query'>, seal: Seal): CheckRecords {
  return {
    async add({ id, target, receivedAt }, token) {
      const renewed = [...taskParameters(target), seal.seal(token, placeOf(target))];
      const { projectId, hubName, timelineId } = target;
      const rest = [toText(projectId), toText(hubName), toText(timelineId), toInstant(receivedAt)];
      const [added] = await database.query<CheckRow>(ADD, [...renewed, toKey(id), ...rest]);
      const [row] = added ? [added] : await database.query<CheckRow>(RENEW, renewed);
      if (row === undefined) throw new Error('The id of a check is taken by a check of another task');
      return toRecord(row);
    },
    async find(id) {
      const [row] = await database.query<CheckRow>(FIND, [toKey(id)]);
      return row && toRecord(row);
    },
    async findByTarget(target) {
      const [row] = await database.query<CheckRow>(FIND_BY_TASK, taskParameters(target));
      return row && toRecord(row);
    },
    async tokenOf(id) {
      const [row] = await database.query<SealedRow>(FIND_SEALED, [toKey(id)]);
      return row && row.sealed !== null ? seal.unseal(row.sealed, placeOf(row)) : undefined;
    },
    async saveProgress(id, progress) {
      return (await database.query(SAVE_PROGRESS, [toKey(id), toJson(progress)])).length > 0;
    },
    async end(id, end, endedAt) {
      return (await database.query(END, [toKey(id), end, toInstant(endedAt)])).length > 0;
    },
    async listOpen() {
      return await database.query<OpenCheck>(LIST_OPEN);
    },
    async countOpen(keyId) {
      const [statement, parameters] =
        keyId === undefined ? [COUNT_OPEN, []] : [COUNT_OPEN_OF_KEY, [toText(keyId)]];
      const [row] = await database.query<{ open: number }>(statement, parameters);
      return row?.open ?? 0;
    },
    async deleteBefore(endedBefore) {
      await database.query('delete from pipebot.checks where ended_at < $1', [toInstant(endedBefore)]);
    },
  };
}

function taskParameters({ organization, planId, jobId, taskInstanceId }: Task): string[] {
  return [organization, planId, jobId, taskInstanceId].map((part) => toKey(part));
}

/** As the columns have it, so that what is read is what was sealed for. */
function placeOf(task: Task): string {
  return JSON.stringify(['pipebot.checks', ...taskParameters(task)]);
}

function toRecord(row: CheckRow): CheckRecord {
  const { organization, projectId, hubName, planId, jobId, taskInstanceId, timelineId, ...rest } =
    fromRow(row);
  const target: CheckTarget = {
    ...{ organization, projectId, hubName, planId, jobId, taskInstanceId },
    ...(timelineId === undefined ? {} : { timelineId }),
  };
  return { ...rest, target };
}
