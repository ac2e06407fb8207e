-- Checks that Azure Pipelines waits for to be called back, and keys that people make and revoke.

-- The task of a run's plan that waits for a verdict. Service, branch, deadline and decision stand in pipebot.gates
-- under the same id.
create table pipebot.checks (
  id               text        primary key,
  organization     text        not null,
  project_id       text        not null,
  -- As it was received: build, checks, gates, Release.
  hub_name         text        not null,
  plan_id          text        not null,
  job_id           text        not null,
  task_instance_id text        not null,
  -- Without it there is a verdict, but no progress.
  timeline_id      text,
  received_at      timestamptz not null,
  -- What has been said to the pipeline (CheckProgress, as JSON).
  progress         jsonb       not null,
  -- The run's token, encrypted and bound to this task (../seal.ts); it goes in the statement that ends the check.
  sealed_token     text,
  ended_as         text,
  ended_at         timestamptz,
  -- Azure DevOps repeats a call whose answer it did not get: the same task is the same check.
  constraint checks_task unique (organization, plan_id, job_id, task_instance_id),
  constraint checks_ended_as check (ended_as in ('told', 'plan-ended', 'token-dead', 'canceled')),
  constraint checks_ended check ((ended_as is null) = (ended_at is null)),
  constraint checks_token check (ended_as is null or sealed_token is null)
);
create index checks_open on pipebot.checks (received_at, id) where ended_as is null;
create index checks_by_age on pipebot.checks (ended_at) where ended_at is not null;

alter table pipebot.gate_keys
  -- When a person made it; null for those of the configuration.
  add column created_at timestamptz;
