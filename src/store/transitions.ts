// What happened to builds, for looking back; written once and never changed. It must not compare builds.
import type { Build } from '../domain/build.ts';
import type { Transition, TransitionKind } from '../domain/transition.ts';
import type { TransitionRecords } from '../usecases/ports.ts';
import type { Database } from './database.ts';
import { toInstant, toJson, toKey } from './to-column.ts';

// In the order in which they happened, which is that of their sequence.
const ADD = `
  insert into pipebot.transitions (
    key, organization, project_key, definition_id, branch, build_id, build_number, kind, at)
  select key, organization, lower(project), definition_id, branch, build_id, build_number, kind, $2
  from jsonb_to_recordset($1::jsonb) as happened (
    "order" integer, key text, organization text, project text, definition_id bigint, branch text,
    build_id bigint, build_number text, kind text)
  order by "order"
  on conflict (key) do nothing`;

export function createTransitionRecords(database: Pick<Database, 'query'>): TransitionRecords {
  return {
    async add(transitions, at) {
      if (transitions.length === 0) return;
      await database.query(ADD, [toJson(transitions.map(toRecord)), toInstant(at)]);
    },
    async deleteBefore(before) {
      await database.query('delete from pipebot.transitions where at < $1', [toInstant(before)]);
    },
  };
}

function toRecord({ kind, build }: Transition, order: number): object {
  return {
    order,
    key: keyOf(kind, build),
    organization: toKey(build.organization),
    project: toKey(build.project),
    definition_id: build.definitionId,
    branch: toKey(build.branch),
    build_id: build.id,
    build_number: build.number,
    kind,
  };
}

function keyOf(kind: TransitionKind, build: Build): string {
  const { organization, project, id } = build;
  return toKey(JSON.stringify([organization, project.toLowerCase(), id, kind, ...whichOf(kind, build)]));
}

/** What tells one from another of the same kind when a build runs again under the same id. */
function whichOf(kind: TransitionKind, build: Build): readonly unknown[] {
  const { startedAt = 0, finishedAt = 0, pendingApproval } = build;
  switch (kind) {
    case 'appeared':
    case 'deleted':
      return [];
    case 'started':
      return [startedAt];
    case 'waits-for-approval':
      return [startedAt, pendingApproval?.since ?? 0, pendingApproval?.stage ?? ''];
    case 'finished':
    case 'turned-red':
    case 'still-red':
    case 'turned-green':
      return [finishedAt];
    case 'ran-again':
      return [startedAt, finishedAt];
  }
}
