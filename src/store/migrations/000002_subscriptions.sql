-- Subscriptions and what makes them precise, quiet and explainable; delivery paced across instances; hooks.

-- The person behind a build as a conversation may know him, and an approval that it waits for.
alter table pipebot.builds
  add column requested_for_unique_name text,
  add column pending_approval jsonb,
  -- By PipeBot's clock, when the reading was begun that brought the last change; null before this version.
  add column read_at timestamptz;
-- Builds that were active when last seen: they are looked after even when they leave the newest ones.
create index builds_active on pipebot.builds (organization, project_key, definition_id, branch)
  where status in ('inProgress', 'cancelling', 'postponed', 'notStarted');

alter table pipebot.readings
  -- The builds of exactly one reading: what was deleted before it is stored still, but not in here.
  add column build_ids jsonb,
  -- When that reading was begun; an older program beside this one moves read_at alone.
  add column listed_at timestamptz,
  -- The repository whose builds alone were read, in lower case; null when all were.
  add column repository_id text;

-- How a definition stands on a branch: colour, streak, flapping (Health, as JSON).
create table pipebot.health (
  organization  text   not null,
  project_key   text   not null,
  definition_id bigint not null,
  branch        text   not null,
  health        jsonb  not null,
  updated_at    timestamptz not null,
  primary key (organization, project_key, definition_id, branch)
);
create index health_by_age on pipebot.health (updated_at);

-- What happened to builds, for looking back. The key makes recording twice impossible.
create table pipebot.transitions (
  key           text        primary key,
  sequence      bigint      not null generated always as identity,
  organization  text        not null,
  project_key   text        not null,
  definition_id bigint      not null,
  branch        text        not null,
  build_id      bigint      not null,
  build_number  text        not null,
  kind          text        not null,
  at            timestamptz not null,
  constraint transitions_kind check (kind in ('appeared', 'started', 'waits-for-approval', 'finished',
    'turned-red', 'still-red', 'turned-green', 'ran-again', 'deleted'))
);
create index transitions_of_definition on pipebot.transitions
  (organization, project_key, definition_id, branch, sequence desc);
create index transitions_by_age on pipebot.transitions (at);

create table pipebot.subscriptions (
  id              text        primary key,
  conversation_id text        not null,
  tenant_id       text        not null,
  -- Name of a service or base, or '*'.
  service         text        not null,
  events          text        not null,
  branch          text,
  reasons         jsonb       not null,
  stage           text,
  style           text        not null,
  created_by      jsonb       not null,
  created_at      timestamptz not null,
  constraint subscriptions_events check (events in ('failures', 'all', 'recoveries')),
  constraint subscriptions_style check (style in ('update', 'thread', 'flat'))
);
create index subscriptions_by_conversation on pipebot.subscriptions (conversation_id, created_at, id);
create index subscriptions_by_person on pipebot.subscriptions ((created_by ->> 'id'));
create index subscriptions_by_tenant on pipebot.subscriptions (tenant_id);

-- The definitions behind the subscriptions, as the services file had them when it was last read.
create table pipebot.subscription_definitions (
  subscription_id text   not null,
  organization    text   not null,
  project         text   not null,
  project_key     text   not null generated always as (lower(project)) stored,
  definition_id   bigint not null,
  -- '*' when the subscription's own glob decides.
  branch          text   not null,
  repository_id   text,
  primary key (subscription_id, organization, project_key, definition_id, branch)
);
create index subscription_definitions_by_place on pipebot.subscription_definitions
  (organization, project_key, branch, definition_id);
create index subscription_definitions_by_definition on pipebot.subscription_definitions
  (organization, project_key, definition_id);

-- What a subscription has still to hear, or has heard, of a definition on a branch (Alert, as JSON).
create table pipebot.alerts (
  subscription_id text        not null,
  organization    text        not null,
  project_key     text        not null,
  definition_id   bigint      not null,
  branch          text        not null,
  conversation_id text        not null,
  card_key        text,
  alert           jsonb       not null,
  -- When pending news is looked at next; null when there is none.
  due_at          timestamptz,
  -- What holds it back meanwhile.
  held_by         text,
  updated_at      timestamptz not null,
  primary key (subscription_id, organization, project_key, definition_id, branch)
);
create index alerts_due on pipebot.alerts (conversation_id, due_at) where due_at is not null;
create index alerts_inhibited on pipebot.alerts (organization, project_key) where held_by = 'inhibited';
create index alerts_of_card on pipebot.alerts (conversation_id, card_key) where card_key is not null;
create index alerts_by_age on pipebot.alerts (updated_at);

create table pipebot.mutes (
  conversation_id text        not null,
  service         text        not null,
  until           timestamptz not null,
  muted_by        jsonb       not null,
  primary key (conversation_id, service)
);

-- What a conversation has set for itself, and when it last heard news of a subscription.
create table pipebot.conversation_settings (
  conversation_id text        primary key,
  quiet_hours     jsonb,
  last_news_at    timestamptz
);

-- Service hooks that came in: hints to look, never believed. Kept longer than Azure DevOps repeats one.
create table pipebot.hook_events (
  id          text        primary key,
  received_at timestamptz not null,
  event_type  text        not null,
  -- 'hint' when something was looked at because of it, else why not.
  state       text        not null,
  organization text,
  definition_id bigint,
  build_id    bigint,
  constraint hook_events_state check (state in ('hint', 'not-ours', 'unknown-event', 'unreadable'))
);
create index hook_events_by_age on pipebot.hook_events (received_at);
-- The last hint about a definition.
create index hook_events_hints on pipebot.hook_events (organization, definition_id, received_at desc)
  where state = 'hint';

-- At which gates somebody waits is asked with every poll, and gates that were given up keep their last answer.
create index gates_waited_at on pipebot.gates (decided_at) where decision ->> 'verdict' = 'wait';

alter table pipebot.notifications
  add column replies_to_key text,
  add column is_progress boolean not null default false,
  drop constraint notifications_state,
  add constraint notifications_state
    check (state in ('queued', 'sending', 'delivered', 'suspended', 'parked', 'superseded'));
create index notifications_updates on pipebot.notifications (updates_key, sequence)
  where state = 'queued' and is_progress;
create index notifications_newest on pipebot.notifications (conversation_id, sequence desc);
drop index pipebot.notifications_by_age;
create index notifications_by_age on pipebot.notifications ((coalesce(delivered_at, created_at)))
  where state in ('delivered', 'parked', 'superseded');

-- Whose turn it is to deliver to a conversation, and how fast it has been told things lately.
create table pipebot.delivery_turns (
  conversation_id text        primary key,
  -- Of whoever delivers; what somebody wants to send with another token is refused.
  token           text,
  leased_until    timestamptz,
  -- Sends of the last hour (Pace, as JSON).
  pace            jsonb       not null
)
with (fillfactor = 50);

-- When the next send to a tenant may be made, whoever makes it.
create table pipebot.tenant_paces (
  tenant_id    text        primary key,
  next_send_at timestamptz not null
)
with (fillfactor = 50);
