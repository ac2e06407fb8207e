// Reads the body that was posted to the bot into the few fields PipeBot uses. Everything is optional and of
// the right type afterwards; nothing is inherited from a prototype. It must not judge what it reads.

export interface ReceivedAccount {
  readonly id?: string;
  readonly name?: string;
  readonly role?: string;
  readonly tenantId?: string;
  /** Entra object id, in small letters. */
  readonly aadObjectId?: string;
}

export interface ReceivedMention {
  readonly mentionedId?: string;
  readonly mentionedName?: string;
  /** `<at>…</at>` as it stands in the text; Teams leaves it out for some names. */
  readonly text?: string;
}

export interface ReceivedActivity {
  readonly type: string;
  readonly id?: string;
  readonly channelId?: string;
  readonly serviceUrl?: string;
  /** Of an installationUpdate. */
  readonly action?: string;
  /** Of an invoke. */
  readonly name?: string;
  readonly text?: string;
  readonly hasValue: boolean;
  /** What a button or form of a card sent: its texts, by field. Empty when there are none or too many. */
  readonly cardData: ReadonlyMap<string, string>;
  readonly from: ReceivedAccount;
  readonly recipient: ReceivedAccount;
  readonly conversation: {
    readonly id?: string;
    readonly conversationType?: string;
    readonly isGroup: boolean;
    readonly tenantId?: string;
    readonly name?: string;
  };
  readonly mentions: readonly ReceivedMention[];
  readonly membersAddedIds: readonly string[];
  readonly channelData: {
    readonly eventType?: string;
    readonly tenantId?: string;
    readonly teamId?: string;
    /** The Microsoft 365 group behind the team, in small letters. */
    readonly teamGroupId?: string;
    readonly channelId?: string;
    readonly channelName?: string;
  };
}

const GUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
const MAX_FIELD_LENGTH = 1_000;
const MAX_TEXT_LENGTH = 100_000;
const MAX_LIST_LENGTH = 200;
const MAX_DATA_FIELDS = 10;
/** Of names and texts together. */
const MAX_DATA_LENGTH = 2_000;

/** The activity in a request body (Bot Framework protocol v3); undefined when it is none. */
export function readActivity(body: unknown): ReceivedActivity | undefined {
  const type = readString(body, 'type');
  if (type === undefined) return undefined;
  return {
    type,
    ...optional('id', readString(body, 'id')),
    ...optional('channelId', readString(body, 'channelId')),
    ...optional('serviceUrl', readString(body, 'serviceUrl')),
    ...optional('action', readString(body, 'action')),
    ...optional('name', readString(body, 'name')),
    ...optional('text', readString(body, 'text', MAX_TEXT_LENGTH)),
    hasValue: (readField(body, 'value') ?? null) !== null,
    cardData: readCardData(type, readField(body, 'value')),
    from: readAccount(readField(body, 'from')),
    recipient: readAccount(readField(body, 'recipient')),
    conversation: readConversation(readField(body, 'conversation')),
    mentions: readList(body, 'entities')
      .filter((entity) => readString(entity, 'type')?.toLowerCase() === 'mention')
      .map(readMention),
    membersAddedIds: readList(body, 'membersAdded').flatMap((member) => readString(member, 'id') ?? []),
    channelData: readChannelData(readField(body, 'channelData')),
  };
}

function readAccount(account: unknown): ReceivedAccount {
  return {
    ...optional('id', readString(account, 'id')),
    ...optional('name', readString(account, 'name')),
    ...optional('role', readString(account, 'role')),
    ...optional('tenantId', readString(account, 'tenantId')),
    ...optional('aadObjectId', readGuid(account, 'aadObjectId')),
  };
}

function readConversation(conversation: unknown): ReceivedActivity['conversation'] {
  return {
    ...optional('id', readString(conversation, 'id')),
    ...optional('conversationType', readString(conversation, 'conversationType')),
    isGroup: readField(conversation, 'isGroup') === true,
    ...optional('tenantId', readString(conversation, 'tenantId')),
    ...optional('name', readString(conversation, 'name')),
  };
}

function readMention(entity: unknown): ReceivedMention {
  const mentioned = readAccount(readField(entity, 'mentioned'));
  return {
    ...optional('mentionedId', mentioned.id),
    ...optional('mentionedName', mentioned.name),
    ...optional('text', readString(entity, 'text')),
  };
}

function readChannelData(channelData: unknown): ReceivedActivity['channelData'] {
  const channel = readAccount(readField(channelData, 'channel'));
  return {
    ...optional('eventType', readString(channelData, 'eventType')),
    ...optional('tenantId', readAccount(readField(channelData, 'tenant')).id),
    ...optional('teamId', readAccount(readField(channelData, 'team')).id),
    ...optional('teamGroupId', readGuid(readField(channelData, 'team'), 'aadGroupId')),
    ...optional('channelId', channel.id),
    ...optional('channelName', channel.name),
  };
}

/**
 * Action.Execute wraps the data in an action (Microsoft Learn, "Universal Actions"), Action.Submit sends it as it is.
 * Anybody can send anything, so it is taken as a whole or not at all.
 */
function readCardData(type: string, value: unknown): ReadonlyMap<string, string> {
  // A card that refreshes itself was clicked by nobody.
  const isRefresh = readString(value, 'trigger') === 'automatic';
  const data =
    type === 'invoke' ? readField(isRefresh ? undefined : readField(value, 'action'), 'data') : value;
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return new Map();
  const names = Object.keys(data);
  if (names.length > MAX_DATA_FIELDS) return new Map();
  const texts = new Map<string, string>();
  let length = 0;
  for (const name of names) {
    const text = readField(data, name);
    if (typeof text !== 'string') continue;
    length += name.length + text.length;
    texts.set(name, storable(text));
  }
  return length > MAX_DATA_LENGTH ? new Map() : texts;
}

function readField(holder: unknown, key: string): unknown {
  if (typeof holder !== 'object' || holder === null || !Object.hasOwn(holder, key)) return undefined;
  return Reflect.get(holder, key);
}

function readList(holder: unknown, key: string): readonly unknown[] {
  const list = readField(holder, key);
  return Array.isArray(list) ? list.slice(0, MAX_LIST_LENGTH) : [];
}

/** An overlong field counts as missing. */
function readString(holder: unknown, key: string, maxLength = MAX_FIELD_LENGTH): string | undefined {
  const value = readField(holder, key);
  if (typeof value !== 'string' || value === '') return undefined;
  if (value.length > maxLength && key !== 'text') return undefined;
  return storable(value.slice(0, maxLength));
}

/** Ids are compared later on; what has another form is none. */
function readGuid(holder: unknown, key: string): string | undefined {
  const id = readString(holder, key)?.toLowerCase();
  return id !== undefined && GUID.test(id) ? id : undefined;
}

/** As a database can hold it: neither NUL nor half a character. */
function storable(text: string): string {
  return text.replaceAll('\0', '').toWellFormed();
}

function optional<Key extends string>(key: Key, value: string | undefined): { readonly [K in Key]?: string } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [K in Key]: string });
}
