// How a build stands in its table: the columns, the way there and the way back. It must not run statements.
import type { Build, BuildResult, BuildStatus } from '../domain/build.ts';
import type { PendingApproval } from '../domain/failure.ts';
import { toInstant, toKey } from './to-column.ts';

/** Nulls are absent and instants are numbers once `fromRow` has seen it; then it is a Build. */
export interface BuildRow {
  readonly id: number;
  readonly number: string;
  readonly organization: string;
  readonly project: string;
  readonly definitionId: number;
  readonly definitionName: string;
  readonly branch: string;
  readonly status: BuildStatus;
  readonly result: BuildResult | null;
  readonly reason: string;
  readonly queuedAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly sourceVersion: string | null;
  readonly requestedFor: string | null;
  readonly requestedForUniqueName: string | null;
  readonly pendingApproval: PendingApproval | null;
  readonly repositoryId: string | null;
  readonly url: string;
}

export const SELECTED_BUILD = `
  build_id as id, number, organization, project, definition_id as "definitionId",
  definition_name as "definitionName", branch, status, result, reason, queued_at as "queuedAt",
  started_at as "startedAt", finished_at as "finishedAt", source_version as "sourceVersion",
  requested_for as "requestedFor", requested_for_unique_name as "requestedForUniqueName",
  pending_approval as "pendingApproval", repository_id as "repositoryId", url`;

/** Columns that a later reading can change, with their types; the rest identifies the build. */
const CHANGING = {
  project: 'text',
  number: 'text',
  definition_id: 'bigint',
  definition_name: 'text',
  branch: 'text',
  status: 'text',
  result: 'text',
  reason: 'text',
  queued_at: 'timestamptz',
  started_at: 'timestamptz',
  finished_at: 'timestamptz',
  source_version: 'text',
  requested_for: 'text',
  requested_for_unique_name: 'text',
  pending_approval: 'jsonb',
  repository_id: 'text',
  url: 'text',
} as const;

export const CHANGING_COLUMNS = Object.keys(CHANGING).join(', ');

/** What `toBuildRecord` makes, for `jsonb_to_recordset`. */
export const BUILD_RECORD = [
  'organization text',
  'build_id bigint',
  ...Object.entries(CHANGING).map(typed),
].join(', ');

export function changingColumnsOf(table: string): string {
  return Object.keys(CHANGING)
    .map((column) => `${table}.${column}`)
    .join(', ');
}

type Changing = { readonly [Column in keyof typeof CHANGING]: unknown };

export function toBuildRecord(build: Build): object {
  const changing: Changing = {
    project: toKey(build.project),
    number: build.number,
    definition_id: build.definitionId,
    definition_name: build.definitionName,
    branch: toKey(build.branch),
    status: build.status,
    result: build.result,
    reason: build.reason,
    queued_at: toInstant(build.queuedAt),
    started_at: toInstant(build.startedAt),
    finished_at: toInstant(build.finishedAt),
    source_version: build.sourceVersion,
    requested_for: build.requestedFor,
    requested_for_unique_name: build.requestedForUniqueName,
    pending_approval: build.pendingApproval,
    repository_id: build.repositoryId,
    url: build.url,
  };
  return { organization: toKey(build.organization), build_id: build.id, ...changing };
}

function typed([column, type]: readonly [string, string]): string {
  return `${column} ${type}`;
}
