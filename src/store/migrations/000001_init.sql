-- The first tables. This file is never changed once a version with it is out: what comes later is a new file,
-- and an older program must be able to go on working beside it (first add, then move, then take away).
-- Keys that people or other systems make up are at most 256 characters long (toKey in ../to-column.ts), so
-- that three of them together stay below the 2,704 bytes that an index entry may have.
-- No foreign keys: rows are cleaned up by age, table by table, and must not hold on to each other.

-- Builds as they were last read from Azure DevOps.
create table pipebot.builds (
  organization    text        not null,
  -- As Azure DevOps spells it. Configurations and pasted links may spell it otherwise; they mean the same.
  project         text        not null,
  project_key     text        not null generated always as (lower(project)) stored,
  build_id        bigint      not null,
  number          text        not null,
  definition_id   bigint      not null,
  definition_name text        not null,
  branch          text        not null,
  status          text        not null,
  result          text,
  reason          text        not null,
  queued_at       timestamptz not null,
  started_at      timestamptz,
  finished_at     timestamptz,
  source_version  text,
  requested_for   text,
  repository_id   text,
  url             text        not null,
  primary key (organization, project_key, build_id),
  constraint builds_status check (status in
    ('none', 'inProgress', 'completed', 'cancelling', 'postponed', 'notStarted', 'abandoned', 'unknown')),
  constraint builds_result check (result in
    ('none', 'succeeded', 'partiallySucceeded', 'failed', 'canceled', 'unknown'))
);
-- The newest builds of a definition on a branch.
create index builds_newest on pipebot.builds
  (organization, project_key, branch, definition_id, queued_at desc, build_id desc);

-- When the builds of a definition on a branch were last read. One row for each definition, since a reading of
-- one says nothing about another. Whoever stores a reading locks its rows first.
create table pipebot.readings (
  organization  text   not null,
  project_key   text   not null,
  branch        text   not null,
  definition_id bigint not null,
  -- By Azure DevOps' clock, for ages; null until the first reading is stored.
  observed_at   timestamptz,
  -- By PipeBot's clock, when the reading was begun: which of two readings is the newer one.
  read_at       timestamptz,
  primary key (organization, project_key, branch, definition_id)
)
-- Written with every poll: a new version that finds room in its page leaves the index alone.
with (fillfactor = 50);

create table pipebot.watches (
  id              text        primary key,
  -- Key of the notification whose card shows the watch.
  card_key        text        not null,
  conversation_id text        not null,
  thread_id       text,
  subject         text        not null,
  role            text        not null,
  definition_name text        not null,
  organization    text        not null,
  project         text        not null,
  project_key     text        not null generated always as (lower(project)) stored,
  definition_id   bigint      not null,
  branch          text        not null,
  repository_id   text,
  askers          jsonb       not null,
  state           text        not null,
  build_id        bigint,
  after_build_id  bigint      not null,
  -- While waiting: an older build that finishes after this has been rerun. By Azure DevOps' clock.
  after_finished_at timestamptz,
  created_at      timestamptz not null,
  expires_at      timestamptz not null,
  constraint watches_role check (role in ('base', 'build')),
  constraint watches_state check (state in ('waiting', 'following', 'ended', 'stopped', 'expired', 'gone')),
  constraint watches_following check (state <> 'following' or build_id is not null)
);
-- Most watches are over, and nobody looks for those.
create index watches_open_by_target on pipebot.watches (organization, project_key, branch, definition_id)
  where state in ('waiting', 'following');
create index watches_open_by_conversation on pipebot.watches (conversation_id)
  where state in ('waiting', 'following');

create table pipebot.conversations (
  id           text        primary key,
  kind         text        not null,
  tenant_id    text        not null,
  service_url  text        not null,
  bot_id       text        not null,
  name         text,
  team_id      text,
  -- The bot was taken out: nothing is sent until it is back.
  is_suspended boolean     not null default false,
  last_seen_at timestamptz not null,
  constraint conversations_kind check (kind in ('channel', 'group', 'personal'))
);

create index conversations_by_team on pipebot.conversations (team_id, id);

-- What people said to the bot. Answered ones stay a while, since Teams may bring the same activity again.
create table pipebot.incoming_messages (
  conversation_id text        not null,
  activity_id     text        not null,
  -- The order in which they came, and in which they are answered; times can be the same.
  sequence        bigint      not null generated always as identity,
  thread_id       text,
  text            text        not null,
  from_id         text        not null,
  from_name       text        not null,
  received_at     timestamptz not null,
  is_answered     boolean     not null default false,
  primary key (conversation_id, activity_id)
);
-- What is still to be answered, oldest first.
create index incoming_messages_unanswered on pipebot.incoming_messages (conversation_id, sequence)
  where not is_answered;
create index incoming_messages_by_age on pipebot.incoming_messages (received_at);

create table pipebot.notifications (
  key             text        primary key,
  -- The order in which a conversation hears of things; times would not do, since several can be the same.
  sequence        bigint      not null generated always as identity,
  conversation_id text        not null,
  thread_id       text,
  content         jsonb       not null,
  updates_key     text,
  state           text        not null default 'queued',
  attempts        integer     not null default 0,
  is_in_doubt     boolean     not null default false,
  shrink_step     integer     not null default 0,
  created_at      timestamptz not null,
  -- Since it was queued or resumed: what waits without being tried does not get too old.
  first_attempt_at timestamptz,
  next_attempt_at timestamptz not null,
  -- Why the last attempt did not succeed.
  detail          text,
  delivered_at    timestamptz,
  -- The id under which Teams knows the message.
  activity_id     text,
  constraint notifications_state check (state in ('queued', 'sending', 'delivered', 'suspended', 'parked')),
  constraint notifications_delivered check ((state = 'delivered') = (delivered_at is not null))
);
-- What is still to be sent, oldest first.
create index notifications_pending on pipebot.notifications (conversation_id, sequence)
  where state in ('queued', 'sending');
create index notifications_suspended on pipebot.notifications (conversation_id) where state = 'suspended';
-- What is over: delivered, or given up and never to be delivered.
create index notifications_by_age on pipebot.notifications ((coalesce(delivered_at, created_at)))
  where state in ('delivered', 'parked');

create table pipebot.gates (
  id          text        primary key,
  -- Whose gate it is. Keys come and go, so it may name one that is no more.
  key_id      text        not null,
  service     text        not null,
  branch      text        not null,
  "commit"    text,
  settle_ms   bigint      not null,
  asked_at    timestamptz not null,
  deadline_at timestamptz not null,
  build_id    bigint,
  -- The last answer as a whole, so that whoever asks again gets the very same one.
  decision    jsonb,
  decided_at  timestamptz,
  constraint gates_verdict check (decision ->> 'verdict' in ('continue', 'wait', 'stop'))
);
create index gates_by_deadline on pipebot.gates (deadline_at);
-- A caller who comes back without an id is found by its own build.
create index gates_waiting on pipebot.gates (key_id, build_id, asked_at) where decision ->> 'verdict' = 'wait';

create table pipebot.gate_keys (
  id            text        primary key,
  name          text        not null,
  -- SHA-256 of the key in hex; the key itself is stored nowhere.
  hash          text        not null,
  -- Names of the services it may ask; null means all of them.
  services      jsonb,
  -- Comes from the configuration, and goes when it is no longer there.
  is_configured boolean     not null,
  last_used_at  timestamptz,
  constraint gate_keys_hash unique (hash),
  constraint gate_keys_services check (jsonb_typeof(services) = 'array')
);
