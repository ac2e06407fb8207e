-- People's orders about gates, kept as a record; and who somebody is and where, for who may give them.

-- Entra object id of the person who wrote; null when Teams did not say it.
alter table pipebot.incoming_messages add column from_entra_id text;

alter table pipebot.conversations
  -- The Microsoft 365 group behind the team of a channel.
  add column team_group_id text,
  -- Entra object id of the person of a personal chat.
  add column person_entra_id text;

-- Every hold that was ever placed; of a service, one at most is in force.
create table pipebot.holds (
  id       text        primary key,
  service  text        not null,
  kind     text        not null default 'held',
  -- What it makes of a caller.
  verdict  text        not null,
  -- Who placed it (Person with the Entra object id, as JSON), and why.
  by       jsonb       not null,
  because  text        not null,
  at       timestamptz not null,
  -- When it ends by itself, and when a person ended it or placed another one.
  until    timestamptz not null,
  ended_at timestamptz,
  ended_by jsonb,
  constraint holds_kind check (kind = 'held'),
  constraint holds_verdict check (verdict in ('wait', 'stop')),
  constraint holds_ended check ((ended_at is null) = (ended_by is null))
);
create unique index holds_in_force on pipebot.holds (service) where ended_at is null;
create index holds_by_age on pipebot.holds ((coalesce(ended_at, until)));

-- Single gates that a person let continue. Outlives the gate as a record, but counts no longer than it.
create table pipebot.gate_releases (
  gate_id text        primary key,
  service text        not null,
  by      jsonb       not null,
  because text        not null,
  at      timestamptz not null,
  -- The gate's deadline.
  until   timestamptz not null,
  -- The caller's run, when it was known.
  build_id bigint
);
create index gate_releases_by_age on pipebot.gate_releases (until);
