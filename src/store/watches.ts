// Watches, open ones and those that are over. It must not decide when a watch ends.
import { ANY_BRANCH, type Place } from '../domain/place.ts';
import type { Person, Watch, WatchState } from '../domain/watch.ts';
import type { Watches } from '../usecases/ports.ts';
import type { Database } from './database.ts';
import { fromRow } from './from-row.ts';
import { storableIds, toInstant, toJson, toKey, toText } from './to-column.ts';

interface WatchRow {
  readonly id: string;
  readonly conversationId: string;
  readonly threadId: string | null;
  readonly subject: string;
  readonly role: Watch['role'];
  readonly definitionName: string;
  readonly organization: string;
  readonly project: string;
  readonly definitionId: number;
  readonly branch: string;
  readonly repositoryId: string | null;
  readonly askers: readonly Person[];
  readonly state: WatchState;
  readonly buildId: number | null;
  readonly afterBuildId: number;
  readonly afterFinishedAt: Date | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

interface PlacedRow {
  readonly definitionId: number;
  readonly repositoryId: string | null;
}

type Counted = Awaited<ReturnType<Watches['count']>>;

const SELECTED = `
  id, conversation_id as "conversationId", thread_id as "threadId", subject, role,
  definition_name as "definitionName", organization, project, definition_id as "definitionId", branch,
  repository_id as "repositoryId", askers, state, build_id as "buildId", after_build_id as "afterBuildId",
  after_finished_at as "afterFinishedAt", created_at as "createdAt", expires_at as "expiresAt"`;

/** As the partial indexes have it, word for word, or they would not be used. */
const IS_OPEN = `state in ('waiting', 'following')`;

const ADD = `
  insert into pipebot.watches (
    id, card_key, conversation_id, thread_id, subject, role, definition_name, organization, project,
    definition_id, branch, repository_id, askers, state, build_id, after_build_id, created_at, expires_at,
    after_finished_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
  on conflict (id) do nothing`;

// A watch that is over stays over, whatever somebody who read it earlier still wants to write.
const SAVE = `
  update pipebot.watches
  set state = $2, build_id = $3, after_build_id = $4, expires_at = $5, definition_name = $6
  where id = $1 and ${IS_OPEN}
  returning id`;

// In one statement, so that neither a second person nor an end that comes at the same time is overwritten.
const ADD_ASKER = `
  update pipebot.watches
  set askers = case when askers @> jsonb_build_array(jsonb_build_object('id', $2::jsonb -> 'id'))
    then askers else askers || $2::jsonb end
  where id = $1 and ${IS_OPEN}
  returning id`;

const LIST_BY_CONVERSATION = `
  select ${SELECTED} from pipebot.watches
  where conversation_id = $1 and ${IS_OPEN}
  order by created_at, id`;

const LIST_BY_TARGET = `
  select ${SELECTED} from pipebot.watches
  where organization = $1 and project_key = lower($2) and ($3::text = '${ANY_BRANCH}' or branch = $3)
    and definition_id = any($4::bigint[]) and ${IS_OPEN}
  order by created_at, id
  for update`;

const LIST_FOLLOWING = `
  select ${SELECTED} from pipebot.watches
  where organization = $1 and project_key = lower($2) and build_id = any($3::bigint[])
    and state = 'following' and ${IS_OPEN}
  order by created_at, id
  for update`;

const LIST_DEFINITIONS = `
  select definition_id as "definitionId", repository_id as "repositoryId" from pipebot.watches
  where organization = $1 and project_key = lower($2) and branch = $3 and ${IS_OPEN}
  group by definition_id, repository_id
  order by definition_id, repository_id collate "C"`;

const LIST_PLACES = `
  select organization, min(project collate "C") as project, branch from pipebot.watches
  where ${IS_OPEN}
  group by organization, project_key, branch
  order by organization collate "C", project_key collate "C", branch collate "C"`;

const COUNT = `
  select
    (select count(*) from pipebot.watches where conversation_id = $1 and ${IS_OPEN}) as conversation,
    (select count(*) from pipebot.watches where askers @> $2::jsonb and ${IS_OPEN}) as person,
    (select count(*) from pipebot.watches
      join pipebot.conversations on conversations.id = watches.conversation_id
      where conversations.tenant_id = $3 and ${IS_OPEN}) as tenant`;

/** Projects are matched whatever their capitals. `save` leaves a watch alone that is no longer open. */
export function createWatches(database: Pick<Database, 'query'>): Watches {
  return {
    async add(watch, cardKey) {
      await database.query(ADD, [toKey(watch.id), toKey(cardKey), ...parametersOf(watch)]);
    },
    async save({ id, state, buildId, afterBuildId, expiresAt, definitionName }) {
      const saved = await database.query(SAVE, [
        toKey(id),
        state,
        buildId ?? null,
        afterBuildId,
        toInstant(expiresAt),
        toText(definitionName),
      ]);
      return saved.length > 0;
    },
    async addAsker(watchId, asker) {
      return (await database.query(ADD_ASKER, [toKey(watchId), toJson(asker)])).length > 0;
    },
    async cardKeyOf(watchId) {
      const sql = 'select card_key as "cardKey" from pipebot.watches where id = $1';
      return (await database.query<{ cardKey: string }>(sql, [toKey(watchId)]))[0]?.cardKey;
    },
    async listOpenByConversation(conversationId) {
      return (await database.query<WatchRow>(LIST_BY_CONVERSATION, [toKey(conversationId)])).map(toWatch);
    },
    async listOpenByTarget({ definitionIds, ...place }) {
      const target = [...parametersOfPlace(place), storableIds(definitionIds)];
      return (await database.query<WatchRow>(LIST_BY_TARGET, target)).map(toWatch);
    },
    async listFollowing({ organization, project, buildId }) {
      const build = [toKey(organization), toKey(project), storableIds([buildId])];
      return (await database.query<WatchRow>(LIST_FOLLOWING, build)).map(toWatch);
    },
    async listDefinitions(place) {
      return (await database.query<PlacedRow>(LIST_DEFINITIONS, parametersOfPlace(place))).map(fromRow);
    },
    async listPlaces() {
      return await database.query<Place>(LIST_PLACES);
    },
    async count({ conversationId, personId, tenantId }) {
      const whose = [toKey(conversationId), toJson([{ id: personId }]), toText(tenantId)];
      const [counted] = await database.query<Counted>(COUNT, whose);
      return counted ?? { conversation: 0, person: 0, tenant: 0 };
    },
    async deleteBefore(createdBefore) {
      const sql = `delete from pipebot.watches where created_at < $1 and not (${IS_OPEN})`;
      await database.query(sql, [toInstant(createdBefore)]);
    },
  };
}

function parametersOfPlace({ organization, project, branch }: Place): string[] {
  return [toKey(organization), toKey(project), toKey(branch)];
}

/** From the third of ADD's parameters on. */
function parametersOf(watch: Watch): unknown[] {
  return [
    toKey(watch.conversationId),
    toText(watch.threadId),
    toText(watch.subject),
    watch.role,
    toText(watch.definitionName),
    toKey(watch.definition.organization),
    toKey(watch.definition.project),
    watch.definition.definitionId,
    toKey(watch.definition.branch),
    toText(watch.definition.repositoryId),
    toJson(watch.askers),
    watch.state,
    watch.buildId ?? null,
    watch.afterBuildId,
    toInstant(watch.createdAt),
    toInstant(watch.expiresAt),
    toInstant(watch.afterFinishedAt),
  ];
}

function toWatch(row: WatchRow): Watch {
  const { organization, project, definitionId, branch, repositoryId, ...watch } = fromRow(row);
  const repository = repositoryId === undefined ? {} : { repositoryId };
  return { ...watch, definition: { organization, project, definitionId, branch, ...repository } };
}
