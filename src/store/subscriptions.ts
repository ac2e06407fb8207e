// Subscriptions and the definitions behind them. It must not decide what a subscription matches.
import { ANY_BRANCH, type Place } from '../domain/place.ts';
import type { SubscribedDefinition, Subscription } from '../domain/subscription.ts';
import type { Subscriptions } from '../usecases/ports.ts';
import type { Database } from './database.ts';
import { fromRow } from './from-row.ts';
import { storableIds, toInstant, toJson, toKey, toText } from './to-column.ts';

interface SubscriptionRow {
  readonly id: string;
  readonly conversationId: string;
  readonly tenantId: string;
  readonly service: string;
  readonly events: Subscription['events'];
  readonly branch: string | null;
  readonly reasons: Subscription['reasons'];
  readonly stage: string | null;
  readonly style: Subscription['style'];
  readonly createdBy: Subscription['createdBy'];
  readonly createdAt: Date;
}

interface PlacedRow {
  readonly definitionId: number;
  readonly repositoryId: string | null;
}

interface DefinitionRow extends PlacedRow, Place {
  readonly subscriptionId: string;
}

type Counted = Awaited<ReturnType<Subscriptions['count']>>;

const SELECTED = `
  id, conversation_id as "conversationId", tenant_id as "tenantId", service, events, branch, reasons, stage,
  style, created_by as "createdBy", created_at as "createdAt"`;

/** The order in which they were made; whoever locks several things of several subscriptions does so in it. */
const IN_ORDER = 'order by created_at, id collate "C"';

const COLUMNS =
  'conversation_id, tenant_id, service, events, branch, reasons, stage, style, created_by, created_at';

// An update in any case: it makes whoever saves or removes the same one wait, definitions and all.
const SAVE = `
  insert into pipebot.subscriptions (id, ${COLUMNS})
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
  on conflict (id) do update set (${COLUMNS}) = row (${COLUMNS.replaceAll(/\w+/g, 'excluded.$&')})`;

const LOCK = 'select id from pipebot.subscriptions where id = $1 for update';
const DELETE_DEFINITIONS = 'delete from pipebot.subscription_definitions where subscription_id = $1';

// Whoever wants the builds of all repositories also hears those of one.
const ADD_DEFINITIONS = `
  insert into pipebot.subscription_definitions (
    subscription_id, organization, project, definition_id, branch, repository_id)
  select $1, organization, project, definition_id, branch, repository_id
  from jsonb_to_recordset($2::jsonb) as wanted (
    organization text, project text, definition_id bigint, branch text, repository_id text)
  order by organization, lower(project), definition_id, branch, repository_id nulls first
  on conflict do nothing`;

const REMOVE = 'delete from pipebot.subscriptions where id = $1 returning id';
const DELETE_ALERTS = 'delete from pipebot.alerts where subscription_id = $1';

const LIST_BY_CONVERSATION = `
  select ${SELECTED} from pipebot.subscriptions where conversation_id = $1 ${IN_ORDER}`;

const LIST_ALL = `select ${SELECTED} from pipebot.subscriptions ${IN_ORDER}`;

const LIST_DEFINITIONS_OF = `
  select subscription_id as "subscriptionId", organization, project, definition_id as "definitionId", branch,
    repository_id as "repositoryId"
  from pipebot.subscription_definitions where subscription_id = any($1::text[])`;

const LIST_BY_DEFINITION = `
  select ${SELECTED} from pipebot.subscriptions
  where id in (
    select subscription_id from pipebot.subscription_definitions
    where organization = $1 and project_key = lower($2) and definition_id = any($3::bigint[])
      and branch in ($4, '${ANY_BRANCH}'))
  ${IN_ORDER}`;

const LIST_DEFINITIONS = `
  select definition_id as "definitionId", repository_id as "repositoryId"
  from pipebot.subscription_definitions
  where organization = $1 and project_key = lower($2) and branch = $3
  group by definition_id, repository_id
  order by definition_id, repository_id collate "C"`;

const LIST_PLACES = `
  select organization, min(project collate "C") as project, branch from pipebot.subscription_definitions
  group by organization, project_key, branch
  order by organization collate "C", project_key collate "C", branch collate "C"`;

const COUNT = `
  select
    (select count(*) from pipebot.subscriptions where conversation_id = $1) as conversation,
    (select count(*) from pipebot.subscriptions where created_by ->> 'id' = $2) as person,
    (select count(*) from pipebot.subscriptions where tenant_id = $3) as tenant`;

/** Projects are matched whatever their capitals. */
export function createSubscriptions(database: Pick<Database, 'query' | 'transaction'>): Subscriptions {
  const list = async (sql: string, parameters: readonly unknown[] = []) =>
    (await database.query<SubscriptionRow>(sql, parameters)).map(fromRow);
  async function replaceDefinitions(id: string, definitions: readonly SubscribedDefinition[]) {
    await database.query(DELETE_DEFINITIONS, [id]);
    await database.query(ADD_DEFINITIONS, [id, toJson(definitions.map(toDefinitionRecord))]);
  }
  return {
    async save(subscription, definitions) {
      const id = toKey(subscription.id);
      await database.transaction(async () => {
        await database.query(SAVE, [id, ...parametersOf(subscription)]);
        await replaceDefinitions(id, definitions);
      });
    },
    async saveDefinitions(id, definitions) {
      await database.transaction(async () => {
        const isThere = (await database.query(LOCK, [toKey(id)])).length > 0;
        if (isThere) await replaceDefinitions(toKey(id), definitions);
      });
    },
    async remove(id) {
      return await database.transaction(async () => {
        const removed = await database.query(REMOVE, [toKey(id)]);
        await database.query(DELETE_DEFINITIONS, [toKey(id)]);
        await database.query(DELETE_ALERTS, [toKey(id)]);
        return removed.length > 0;
      });
    },
    listByConversation: (conversationId) => list(LIST_BY_CONVERSATION, [toKey(conversationId)]),
    listAll: () => list(LIST_ALL),
    async listDefinitionsOf(ids) {
      const keys = ids.map((id) => toKey(id));
      return (await database.query<DefinitionRow>(LIST_DEFINITIONS_OF, [keys])).map(fromRow);
    },
    listByDefinition: ({ organization, project, definitionId }, branch) =>
      list(LIST_BY_DEFINITION, [
        toKey(organization),
        toKey(project),
        storableIds([definitionId]),
        toKey(branch),
      ]),
    async listDefinitions({ organization, project, branch }) {
      const place = [toKey(organization), toKey(project), toKey(branch)];
      return (await database.query<PlacedRow>(LIST_DEFINITIONS, place)).map(fromRow);
    },
    async listPlaces() {
      return await database.query<Place>(LIST_PLACES);
    },
    async count({ conversationId, personId, tenantId }) {
      const whose = [toKey(conversationId), toKey(personId), toKey(tenantId)];
      const [counted] = await database.query<Counted>(COUNT, whose);
      return counted ?? { conversation: 0, person: 0, tenant: 0 };
    },
  };
}

/** From the second of SAVE's parameters on. The person's id is part of an index, inside of its column. */
function parametersOf(subscription: Subscription): unknown[] {
  const { id, name } = subscription.createdBy;
  return [
    toKey(subscription.conversationId),
    toKey(subscription.tenantId),
    toText(subscription.service),
    subscription.events,
    toText(subscription.branch),
    toJson(subscription.reasons),
    toText(subscription.stage),
    subscription.style,
    toJson({ id: toKey(id), name }),
    toInstant(subscription.createdAt),
  ];
}

function toDefinitionRecord(definition: SubscribedDefinition): object {
  return {
    organization: toKey(definition.organization),
    project: toKey(definition.project),
    definition_id: definition.definitionId,
    branch: toKey(definition.branch),
    repository_id: definition.repositoryId,
  };
}
