// The tenant the stand-in plays: people, teams, channels, chats, and where the bot is installed.
// Must not know HTTP or messages.

import { createHash } from 'node:crypto';

export interface StandInUser {
  readonly id: string;
  readonly name: string;
  readonly aadObjectId: string;
  /** Also the e-mail address. */
  readonly principalName: string;
}

export interface StandInTeam {
  /** As in Teams, the id of its General channel. */
  readonly id: string;
  readonly name: string;
  readonly aadGroupId: string;
  readonly general: StandInConversation;
}

export interface StandInConversation {
  readonly id: string;
  readonly kind: 'channel' | 'groupChat' | 'personal';
  readonly name: string;
  readonly team?: StandInTeam;
}

interface Channel extends StandInConversation {
  name: string;
  team?: Team;
}

interface Team extends StandInTeam {
  name: string;
  general: Channel;
}

export class TeamsWorld {
  readonly tenantId: string;
  readonly users: StandInUser[] = [];
  readonly teams: Team[] = [];
  readonly #conversations = new Map<string, Channel>();
  readonly #members = new Map<string, readonly StandInUser[]>();
  readonly #usersByName = new Map<string, StandInUser>();
  readonly #withoutBot = new Set<string>();
  #created = 0;

  constructor(tenantId: string) {
    this.tenantId = tenantId;
  }

  addUser(name: string, aadObjectId?: string): StandInUser {
    const number = this.users.length + 1;
    const user = {
      id: `29:1${digest(`user ${number}`).slice(0, 60)}`,
      name,
      aadObjectId: aadObjectId ?? `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
      principalName: `${name.toLowerCase().replace(/[^a-z0-9]+/g, '.')}@contoso.com`,
    };
    this.users.push(user);
    for (const key of [user.id, user.aadObjectId, user.principalName]) this.#usersByName.set(key, user);
    return user;
  }

  /** By Teams' id, by that of Entra or by the principal name, in any capitals. */
  findUser(key: string): StandInUser | undefined {
    return this.#usersByName.get(key) ?? this.#usersByName.get(key.toLowerCase());
  }

  addTeam(name: string): StandInTeam {
    const number = this.teams.length + 1;
    const general: Channel = { id: this.#newId('@thread.tacv2'), kind: 'channel', name: 'General' };
    const aadGroupId = `00000000-0000-4000-9000-${String(number).padStart(12, '0')}`;
    const team: Team = { id: general.id, name, aadGroupId, general };
    general.team = team;
    this.#conversations.set(general.id, general);
    this.teams.push(team);
    return team;
  }

  addChannel(team: StandInTeam, name: string): StandInConversation {
    const known = this.teams.find((candidate) => candidate.id === team.id);
    if (!known) throw new Error(`No team ${team.id} in this stand-in: add it with addTeam first.`);
    return this.#add({ id: this.#newId('@thread.tacv2'), kind: 'channel', name, team: known });
  }

  addGroupChat(name: string, users: readonly StandInUser[]): StandInConversation {
    const chat = this.#add({ id: this.#newId('@thread.v2'), kind: 'groupChat', name });
    this.#members.set(chat.id, users);
    return chat;
  }

  /** One per person: a second call gives the same chat, as Teams does. */
  addPersonalChat(user: StandInUser): StandInConversation {
    const id = `a:1${digest(`personal ${user.id}`)}`;
    const known = this.#conversations.get(id);
    if (known) return known;
    this.#members.set(id, [user]);
    return this.#add({ id, kind: 'personal', name: user.name });
  }

  /** By id; a thread's id (`…;messageid=…`) finds its channel. */
  find(conversationId: string): StandInConversation | undefined {
    return this.#conversations.get(baseId(conversationId));
  }

  channelsOf(team: StandInTeam): StandInConversation[] {
    return [...this.#conversations.values()].filter((conversation) => conversation.team?.id === team.id);
  }

  firstChannel(): StandInConversation | undefined {
    const channels = [...this.#conversations.values()].filter(({ kind }) => kind === 'channel');
    return channels.find(({ id, team }) => id !== team?.id) ?? channels[0];
  }

  membersOf(conversation: StandInConversation): readonly StandInUser[] {
    return this.#members.get(conversation.id) ?? this.users;
  }

  isMember(conversation: StandInConversation, user: StandInUser): boolean {
    return this.#members.get(conversation.id)?.includes(user) ?? true;
  }

  rename(id: string, name: string): void {
    const channel = this.#conversations.get(id);
    if (channel) channel.name = name;
  }

  renameTeam(team: StandInTeam, name: string): void {
    for (const known of this.teams) if (known.id === team.id) known.name = name;
  }

  delete(conversation: StandInConversation): void {
    this.#conversations.delete(conversation.id);
  }

  hasBot(conversation: StandInConversation): boolean {
    return !this.#withoutBot.has(conversation.team?.id ?? conversation.id);
  }

  /** In a team the bot is installed for all channels at once. */
  setBot(conversation: StandInConversation, installed: boolean): void {
    const place = conversation.team?.id ?? conversation.id;
    if (installed) this.#withoutBot.delete(place);
    else this.#withoutBot.add(place);
  }

  #add(conversation: Channel): Channel {
    this.#conversations.set(conversation.id, conversation);
    return conversation;
  }

  #newId(suffix: string): string {
    this.#created += 1;
    return `19:${digest(`conversation ${this.#created}`).slice(0, 32)}${suffix}`;
  }
}

export function baseId(conversationId: string): string {
  return conversationId.split(';')[0] ?? conversationId;
}

export function threadRootOf(conversationId: string): string | undefined {
  return /;messageid=([^;]+)/.exec(conversationId)?.[1];
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
