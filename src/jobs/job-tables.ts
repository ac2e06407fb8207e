// The few questions about jobs that pg-boss has no call for, asked of its tables directly. Every statement is
// here, to be looked through when pg-boss is upgraded; nothing else may know its schema.
import type { Db } from 'pg-boss';

/** What is true of one kind of jobs right now. */
export interface DueJobs {
  readonly name: string;
  /** At least one could be worked on. */
  readonly isDue: boolean;
  /** At least one is running for somebody who has stopped reporting. */
  readonly hasDeadWorker: boolean;
  /** At least one of those has no attempt left. */
  readonly isGivenUp: boolean;
  /** Milliseconds, on the database's clock, until the next one that is not due yet; null when there is none. */
  readonly nextInMs: number | null;
}

export interface DeadJob {
  readonly name: string;
  readonly payload: unknown;
  readonly attempts: number;
  readonly diedAt: Date;
  /** What the last attempt threw, as text. */
  readonly error: string;
}

/** Whoever runs it has missed to report for as long as the engine gives them. */
const IS_SILENT = `heartbeat_on + heartbeat_seconds * interval '1s' < pgboss.job_now()`;

export async function listDueJobs(database: Db, names: readonly string[]): Promise<DueJobs[]> {
  const { rows } = await database.executeSql(
    `select name,
       bool_or(state < 'active' and start_after <= pgboss.job_now()) as "isDue",
       coalesce(bool_or(state = 'active' and ${IS_SILENT}), false) as "hasDeadWorker",
       coalesce(bool_or(state = 'active' and ${IS_SILENT} and retry_count >= retry_limit), false) as "isGivenUp",
       extract(epoch from min(start_after) filter (where state < 'active' and start_after > pgboss.job_now())
         - pgboss.job_now())::float8 * 1000 as "nextInMs"
     from pgboss.job where state <= 'active' and name = any($1::text[]) group by name`,
    [names],
  );
  return rows;
}

/** The kinds of jobs of which one is running or could be. */
export async function listOpenNames(database: Db, names: readonly string[]): Promise<string[]> {
  const { rows } = await database.executeSql(
    `select distinct name from pgboss.job where name = any($1::text[])
       and (state = 'active' or (state < 'active' and start_after <= pgboss.job_now()))`,
    [names],
  );
  return rows.map((row: { name: string }) => row.name);
}

/** The job with this key that waits for its first attempt, locked until the transaction ends. */
export async function lockWaitingJob(
  database: Db,
  name: string,
  key: string,
): Promise<{ id: string; dueAt: Date; isDue: boolean } | undefined> {
  const { rows } = await database.executeSql(
    `select id, start_after as "dueAt", start_after <= pgboss.job_now() as "isDue"
     from pgboss.job where name = $1 and singleton_key = $2 and state = 'created' for update`,
    [name, key],
  );
  return rows[0];
}

/**
 * Makes jobs due now that wait for their first attempt, and gives them newer payloads (JSON); gives the keys of those that
 * did wait. Always in the same order, so that two who hasten the same jobs cannot wait for each other.
 */
export async function hastenWaitingJobs(
  database: Db,
  name: string,
  jobs: readonly { readonly key: string; readonly data: string }[],
): Promise<string[]> {
  const { rows } = await database.executeSql(
    `with wanted as (select * from unnest($2::text[], $3::text[]) as wanted (key, data)),
     waiting as (
       select job.id, wanted.data from pgboss.job join wanted on job.singleton_key = wanted.key
       where job.name = $1 and job.state = 'created' order by job.id for update of job
     )
     update pgboss.job set data = waiting.data::jsonb, start_after = least(job.start_after, pgboss.job_now())
     from waiting where job.name = $1 and job.id = waiting.id
     returning job.singleton_key as key`,
    [name, jobs.map(({ key }) => key), jobs.map(({ data }) => data)],
  );
  return rows.map((row: { key: string }) => row.key);
}

/** Whether an earlier job with this key waits for its retry. */
export async function hasWaitingRetry(database: Db, name: string, key: string | null): Promise<boolean> {
  const { rows } = await database.executeSql(
    `select 1 from pgboss.job where name = $1 and singleton_key = $2 and state = 'retry' limit 1`,
    [name, key],
  );
  return rows.length > 0;
}

/**
 * Makes every running job due again, as its next attempt. Only for when whoever ran them is known to be dead.
 * Where a retry of the same key waits already, that one covers both.
 */
export async function putBackActiveJobs(database: Db, names: readonly string[]): Promise<void> {
  await putBack(database, names, 'true');
}

/** The same for those jobs whose worker has stopped reporting, as long as they have attempts left. */
export async function putBackSilentJobs(database: Db, name: string): Promise<void> {
  await putBack(database, [name], `${IS_SILENT} and retry_count < retry_limit`);
}

async function putBack(database: Db, names: readonly string[], condition: string): Promise<void> {
  // Locked, so that of several who notice the same only one puts a job back, before somebody takes it.
  await database.executeSql(
    `with orphan as (
       select id, name, singleton_key from pgboss.job
       where state = 'active' and name = any($1::text[]) and ${condition}
       for update
     ), hastened as (
       update pgboss.job set start_after = pgboss.job_now() from orphan
       where job.name = orphan.name and job.singleton_key = orphan.singleton_key and job.state = 'retry'
       returning orphan.id
     )
     update pgboss.job set
       state = case when job.id in (select id from hastened) then 'completed' else 'retry' end::pgboss.job_state,
       completed_on = case when job.id in (select id from hastened) then pgboss.job_now() end,
       start_after = pgboss.job_now(), heartbeat_on = null
     from orphan where job.name = orphan.name and job.id = orphan.id`,
    [names],
  );
}

/** The jobs in the dead-letter queue, the newest first, at most 100. */
export async function listDeadJobs(database: Db, deadLetterQueue: string): Promise<DeadJob[]> {
  const { rows } = await database.executeSql(
    `select source_name as name, data as payload, source_retry_count + 1 as attempts, created_on as "diedAt",
       coalesce(source_output->>'message', source_output::text, '') as error
     from pgboss.job where name = $1 and state < 'completed' order by created_on desc limit 100`,
    [deadLetterQueue],
  );
  return rows;
}

/** pg-boss does not change the policy of a queue that an earlier version has made. */
export async function setPolicy(database: Db, names: readonly string[], policy: string): Promise<void> {
  const values = [names, policy];
  const isOther = 'name = any($1::text[]) and policy is distinct from $2';
  // The queue comes last: whoever is cut off in between finds it as it was, and begins again.
  await database.executeSql(
    `update pgboss.job set policy = $2 where ${isOther} and state in ('created', 'retry', 'active')`,
    values,
  );
  await database.executeSql(`update pgboss.queue set policy = $2 where ${isOther}`, values);
}
