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
  constraint builds_pkey PRIMARY KEY (organization, project_key, build_id),
  constraint builds_result CHECK ((result = ANY (ARRAY['none'::text, 'succeeded'::text, 'partiallySucceeded'::text, 'failed'::text, 'canceled'::text, 'unknown'::text]))),
  constraint builds_status CHECK ((status = ANY (ARRAY['none'::text, 'inProgress'::text, 'completed'::text, 'cancelling'::text, 'postponed'::text, 'notStarted'::text, 'abandoned'::text, 'unknown'::text])))
);
CREATE INDEX builds_newest ON pipebot.builds USING btree (organization, project_key, branch, definition_id, queued_at DESC, build_id DESC);

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
  constraint conversations_pkey PRIMARY KEY (id),
  constraint conversations_kind CHECK ((kind = ANY (ARRAY['channel'::text, 'group'::text, 'personal'::text])))
);
CREATE INDEX conversations_by_team ON pipebot.conversations USING btree (team_id, id);

create table pipebot.gate_keys (
  id text not null,
  name text not null,
  hash text not null,
  services jsonb,
  is_configured boolean not null,
  last_used_at timestamp with time zone,
  constraint gate_keys_pkey PRIMARY KEY (id),
  constraint gate_keys_hash UNIQUE (hash),
  constraint gate_keys_services CHECK ((jsonb_typeof(services) = 'array'::text))
);

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
CREATE INDEX gates_waiting ON pipebot.gates USING btree (key_id, build_id, asked_at) WHERE ((decision ->> 'verdict'::text) = 'wait'::text);

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
  constraint notifications_pkey PRIMARY KEY (key),
  constraint notifications_delivered CHECK (((state = 'delivered'::text) = (delivered_at IS NOT NULL))),
  constraint notifications_state CHECK ((state = ANY (ARRAY['queued'::text, 'sending'::text, 'delivered'::text, 'suspended'::text, 'parked'::text])))
);
CREATE INDEX notifications_by_age ON pipebot.notifications USING btree (COALESCE(delivered_at, created_at)) WHERE (state = ANY (ARRAY['delivered'::text, 'parked'::text]));
CREATE INDEX notifications_pending ON pipebot.notifications USING btree (conversation_id, sequence) WHERE (state = ANY (ARRAY['queued'::text, 'sending'::text]));
CREATE INDEX notifications_suspended ON pipebot.notifications USING btree (conversation_id) WHERE (state = 'suspended'::text);

create table pipebot.readings (
  organization text not null,
  project_key text not null,
  branch text not null,
  definition_id bigint not null,
  observed_at timestamp with time zone,
  read_at timestamp with time zone,
  constraint readings_pkey PRIMARY KEY (organization, project_key, branch, definition_id)
) with (fillfactor=50);

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
