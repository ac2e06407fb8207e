create table pipebot.alerts (
  subscription_id text not null,
  organization text not null,
  project_key text not null,
  definition_id bigint not null,
  branch text not null,
  conversation_id text not null,
  card_key text,
  alert jsonb not null,
  due_at timestamp with time zone,
  held_by text,
  updated_at timestamp with time zone not null,
  constraint alerts_pkey PRIMARY KEY (subscription_id, organization, project_key, definition_id, branch)
);
CREATE INDEX alerts_by_age ON pipebot.alerts USING btree (updated_at);
CREATE INDEX alerts_due ON pipebot.alerts USING btree (conversation_id, due_at) WHERE (due_at IS NOT NULL);
CREATE INDEX alerts_inhibited ON pipebot.alerts USING btree (organization, project_key) WHERE (held_by = 'inhibited'::text);
CREATE INDEX alerts_of_card ON pipebot.alerts USING btree (conversation_id, card_key) WHERE (card_key IS NOT NULL);

create table pipebot.builds (
  organization text not null,
  project text not null,
  project_key text not null generated always as (lower(project)) stored,
  build_id bigint not null,
  number text not null,
  definition_id bigint not null,
  definition_name text not null,
  branch text not null,
  status text not null,
  result text,
  reason text not null,
  queued_at timestamp with time zone not null,
  started_at timestamp with time zone,
  finished_at timestamp with time zone,
  source_version text,
  requested_for text,
  repository_id text,
  url text not null,
  requested_for_unique_name text,
  pending_approval jsonb,
  read_at timestamp with time zone,
  constraint builds_pkey PRIMARY KEY (organization, project_key, build_id),
  constraint builds_result CHECK ((result = ANY (ARRAY['none'::text, 'succeeded'::text, 'partiallySucceeded'::text, 'failed'::text, 'canceled'::text, 'unknown'::text]))),
  constraint builds_status CHECK ((status = ANY (ARRAY['none'::text, 'inProgress'::text, 'completed'::text, 'cancelling'::text, 'postponed'::text, 'notStarted'::text, 'abandoned'::text, 'unknown'::text])))
);
CREATE INDEX builds_active ON pipebot.builds USING btree (organization, project_key, definition_id, branch) WHERE (status = ANY (ARRAY['inProgress'::text, 'cancelling'::text, 'postponed'::text, 'notStarted'::text]));
CREATE INDEX builds_newest ON pipebot.builds USING btree (organization, project_key, branch, definition_id, queued_at DESC, build_id DESC);

create table pipebot.checks (
  id text not null,
  organization text not null,
  project_id text not null,
  hub_name text not null,
  plan_id text not null,
  job_id text not null,
  task_instance_id text not null,
  timeline_id text,
  received_at timestamp with time zone not null,
  progress jsonb not null,
  sealed_token text,
  ended_as text,
  ended_at timestamp with time zone,
  constraint checks_pkey PRIMARY KEY (id),
  constraint checks_ended CHECK (((ended_as IS NULL) = (ended_at IS NULL))),
  constraint checks_ended_as CHECK ((ended_as = ANY (ARRAY['told'::text, 'plan-ended'::text, 'token-dead'::text, 'canceled'::text]))),
  constraint checks_task UNIQUE (organization, plan_id, job_id, task_instance_id),
  constraint checks_token CHECK (((ended_as IS NULL) OR (sealed_token IS NULL)))
);
CREATE INDEX checks_by_age ON pipebot.checks USING btree (ended_at) WHERE (ended_at IS NOT NULL);
CREATE INDEX checks_open ON pipebot.checks USING btree (received_at, id) WHERE (ended_as IS NULL);

create table pipebot.conversation_settings (
  conversation_id text not null,
  quiet_hours jsonb,
  last_news_at timestamp with time zone,
  constraint conversation_settings_pkey PRIMARY KEY (conversation_id)
);

create table pipebot.conversations (
  id text not null,
  kind text not null,
  tenant_id text not null,
  service_url text not null,
  bot_id text not null,
  name text,
  team_id text,
  is_suspended boolean not null default false,
  last_seen_at timestamp with time zone not null,
  team_group_id text,
  person_entra_id text,
  constraint conversations_pkey PRIMARY KEY (id),
  constraint conversations_kind CHECK ((kind = ANY (ARRAY['channel'::text, 'group'::text, 'personal'::text])))
);
CREATE INDEX conversations_by_team ON pipebot.conversations USING btree (team_id, id);

create table pipebot.delivery_turns (
  conversation_id text not null,
  token text,
  leased_until timestamp with time zone,
  pace jsonb not null,
  constraint delivery_turns_pkey PRIMARY KEY (conversation_id)
) with (fillfactor=50);

create table pipebot.gate_keys (
  id text not null,
  name text not null,
  hash text not null,
  services jsonb,
  is_configured boolean not null,
  last_used_at timestamp with time zone,
  created_at timestamp with time zone,
  constraint gate_keys_pkey PRIMARY KEY (id),
  constraint gate_keys_hash UNIQUE (hash),
  constraint gate_keys_services CHECK ((jsonb_typeof(services) = 'array'::text))
);

create table pipebot.gate_releases (
  gate_id text not null,
  service text not null,
  by jsonb not null,
  because text not null,
  at timestamp with time zone not null,
  until timestamp with time zone not null,
  build_id bigint,
  constraint gate_releases_pkey PRIMARY KEY (gate_id)
);
CREATE INDEX gate_releases_by_age ON pipebot.gate_releases USING btree (until);

create table pipebot.gates (
  id text not null,
  key_id text not null,
  service text not null,
  branch text not null,
  commit text,
  settle_ms bigint not null,
  asked_at timestamp with time zone not null,
  deadline_at timestamp with time zone not null,
  build_id bigint,
  decision jsonb,
  decided_at timestamp with time zone,
  constraint gates_pkey PRIMARY KEY (id),
  constraint gates_verdict CHECK (((decision ->> 'verdict'::text) = ANY (ARRAY['continue'::text, 'wait'::text, 'stop'::text])))
);
CREATE INDEX gates_by_deadline ON pipebot.gates USING btree (deadline_at);
CREATE INDEX gates_waited_at ON pipebot.gates USING btree (decided_at) WHERE ((decision ->> 'verdict'::text) = 'wait'::text);
CREATE INDEX gates_waiting ON pipebot.gates USING btree (key_id, build_id, asked_at) WHERE ((decision ->> 'verdict'::text) = 'wait'::text);

create table pipebot.health (
  organization text not null,
  project_key text not null,
  definition_id bigint not null,
  branch text not null,
  health jsonb not null,
  updated_at timestamp with time zone not null,
  constraint health_pkey PRIMARY KEY (organization, project_key, definition_id, branch)
);
CREATE INDEX health_by_age ON pipebot.health USING btree (updated_at);

create table pipebot.holds (
  id text not null,
  service text not null,
  kind text not null default 'held'::text,
  verdict text not null,
  by jsonb not null,
  because text not null,
  at timestamp with time zone not null,
  until timestamp with time zone not null,
  ended_at timestamp with time zone,
  ended_by jsonb,
  constraint holds_pkey PRIMARY KEY (id),
  constraint holds_ended CHECK (((ended_at IS NULL) = (ended_by IS NULL))),
  constraint holds_kind CHECK ((kind = 'held'::text)),
  constraint holds_verdict CHECK ((verdict = ANY (ARRAY['wait'::text, 'stop'::text])))
);
CREATE INDEX holds_by_age ON pipebot.holds USING btree (COALESCE(ended_at, until));
CREATE UNIQUE INDEX holds_in_force ON pipebot.holds USING btree (service) WHERE (ended_at IS NULL);

create table pipebot.hook_events (
  id text not null,
  received_at timestamp with time zone not null,
  event_type text not null,
  state text not null,
  organization text,
  definition_id bigint,
  build_id bigint,
  constraint hook_events_pkey PRIMARY KEY (id),
  constraint hook_events_state CHECK ((state = ANY (ARRAY['hint'::text, 'not-ours'::text, 'unknown-event'::text, 'unreadable'::text])))
);
CREATE INDEX hook_events_by_age ON pipebot.hook_events USING btree (received_at);
CREATE INDEX hook_events_hints ON pipebot.hook_events USING btree (organization, definition_id, received_at DESC) WHERE (state = 'hint'::text);

create table pipebot.incoming_messages (
  conversation_id text not null,
  activity_id text not null,
  sequence bigint not null generated always as identity,
  thread_id text,
  text text not null,
  from_id text not null,
  from_name text not null,
  received_at timestamp with time zone not null,
  is_answered boolean not null default false,
  from_entra_id text,
  constraint incoming_messages_pkey PRIMARY KEY (conversation_id, activity_id)
);
CREATE INDEX incoming_messages_by_age ON pipebot.incoming_messages USING btree (received_at);
CREATE INDEX incoming_messages_unanswered ON pipebot.incoming_messages USING btree (conversation_id, sequence) WHERE (NOT is_answered);

create table pipebot.migrations (
  number integer not null,
  name text not null,
  applied_at timestamp with time zone not null default now(),
  constraint migrations_pkey PRIMARY KEY (number)
);

create table pipebot.mutes (
  conversation_id text not null,
  service text not null,
  until timestamp with time zone not null,
  muted_by jsonb not null,
  constraint mutes_pkey PRIMARY KEY (conversation_id, service)
);

create table pipebot.notifications (
  key text not null,
  sequence bigint not null generated always as identity,
  conversation_id text not null,
  thread_id text,
  content jsonb not null,
  updates_key text,
  state text not null default 'queued'::text,
  attempts integer not null default 0,
  is_in_doubt boolean not null default false,
  shrink_step integer not null default 0,
  created_at timestamp with time zone not null,
  first_attempt_at timestamp with time zone,
  next_attempt_at timestamp with time zone not null,
  detail text,
  delivered_at timestamp with time zone,
  activity_id text,
  replies_to_key text,
  is_progress boolean not null default false,
  constraint notifications_pkey PRIMARY KEY (key),
  constraint notifications_delivered CHECK (((state = 'delivered'::text) = (delivered_at IS NOT NULL))),
  constraint notifications_state CHECK ((state = ANY (ARRAY['queued'::text, 'sending'::text, 'delivered'::text, 'suspended'::text, 'parked'::text, 'superseded'::text])))
);
CREATE INDEX notifications_by_age ON pipebot.notifications USING btree (COALESCE(delivered_at, created_at)) WHERE (state = ANY (ARRAY['delivered'::text, 'parked'::text, 'superseded'::text]));
CREATE INDEX notifications_newest ON pipebot.notifications USING btree (conversation_id, sequence DESC);
CREATE INDEX notifications_pending ON pipebot.notifications USING btree (conversation_id, sequence) WHERE (state = ANY (ARRAY['queued'::text, 'sending'::text]));
CREATE INDEX notifications_suspended ON pipebot.notifications USING btree (conversation_id) WHERE (state = 'suspended'::text);
CREATE INDEX notifications_updates ON pipebot.notifications USING btree (updates_key, sequence) WHERE ((state = 'queued'::text) AND is_progress);

create table pipebot.readings (
  organization text not null,
  project_key text not null,
  branch text not null,
  definition_id bigint not null,
  observed_at timestamp with time zone,
  read_at timestamp with time zone,
  build_ids jsonb,
  listed_at timestamp with time zone,
  repository_id text,
  constraint readings_pkey PRIMARY KEY (organization, project_key, branch, definition_id)
) with (fillfactor=50);

create table pipebot.subscription_definitions (
  subscription_id text not null,
  organization text not null,
  project text not null,
  project_key text not null generated always as (lower(project)) stored,
  definition_id bigint not null,
  branch text not null,
  repository_id text,
  constraint subscription_definitions_pkey PRIMARY KEY (subscription_id, organization, project_key, definition_id, branch)
);
CREATE INDEX subscription_definitions_by_definition ON pipebot.subscription_definitions USING btree (organization, project_key, definition_id);
CREATE INDEX subscription_definitions_by_place ON pipebot.subscription_definitions USING btree (organization, project_key, branch, definition_id);

create table pipebot.subscriptions (
  id text not null,
  conversation_id text not null,
  tenant_id text not null,
  service text not null,
  events text not null,
  branch text,
  reasons jsonb not null,
  stage text,
  style text not null,
  created_by jsonb not null,
  created_at timestamp with time zone not null,
  constraint subscriptions_pkey PRIMARY KEY (id),
  constraint subscriptions_events CHECK ((events = ANY (ARRAY['failures'::text, 'all'::text, 'recoveries'::text]))),
  constraint subscriptions_style CHECK ((style = ANY (ARRAY['update'::text, 'thread'::text, 'flat'::text])))
);
CREATE INDEX subscriptions_by_conversation ON pipebot.subscriptions USING btree (conversation_id, created_at, id);
CREATE INDEX subscriptions_by_person ON pipebot.subscriptions USING btree (((created_by ->> 'id'::text)));
CREATE INDEX subscriptions_by_tenant ON pipebot.subscriptions USING btree (tenant_id);

create table pipebot.tenant_paces (
  tenant_id text not null,
  next_send_at timestamp with time zone not null,
  constraint tenant_paces_pkey PRIMARY KEY (tenant_id)
) with (fillfactor=50);

create table pipebot.transitions (
  key text not null,
  sequence bigint not null generated always as identity,
  organization text not null,
  project_key text not null,
  definition_id bigint not null,
  branch text not null,
  build_id bigint not null,
  build_number text not null,
  kind text not null,
  at timestamp with time zone not null,
  constraint transitions_pkey PRIMARY KEY (key),
  constraint transitions_kind CHECK ((kind = ANY (ARRAY['appeared'::text, 'started'::text, 'waits-for-approval'::text, 'finished'::text, 'turned-red'::text, 'still-red'::text, 'turned-green'::text, 'ran-again'::text, 'deleted'::text])))
);
CREATE INDEX transitions_by_age ON pipebot.transitions USING btree (at);
CREATE INDEX transitions_of_definition ON pipebot.transitions USING btree (organization, project_key, definition_id, branch, sequence DESC);

create table pipebot.watches (
  id text not null,
  card_key text not null,
  conversation_id text not null,
  thread_id text,
  subject text not null,
  role text not null,
  definition_name text not null,
  organization text not null,
  project text not null,
  project_key text not null generated always as (lower(project)) stored,
  definition_id bigint not null,
  branch text not null,
  repository_id text,
  askers jsonb not null,
  state text not null,
  build_id bigint,
  after_build_id bigint not null,
  after_finished_at timestamp with time zone,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  constraint watches_pkey PRIMARY KEY (id),
  constraint watches_following CHECK (((state <> 'following'::text) OR (build_id IS NOT NULL))),
  constraint watches_role CHECK ((role = ANY (ARRAY['base'::text, 'build'::text]))),
  constraint watches_state CHECK ((state = ANY (ARRAY['waiting'::text, 'following'::text, 'ended'::text, 'stopped'::text, 'expired'::text, 'gone'::text])))
);
CREATE INDEX watches_open_by_conversation ON pipebot.watches USING btree (conversation_id) WHERE (state = ANY (ARRAY['waiting'::text, 'following'::text]));
CREATE INDEX watches_open_by_target ON pipebot.watches USING btree (organization, project_key, branch, definition_id) WHERE (state = ANY (ARRAY['waiting'::text, 'following'::text]));
