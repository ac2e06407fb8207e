// Finds the person who asked for a failed build among the members of a conversation, so that the card can mention
// them. A nicety: it answers within a moment, remembers what it was told, and never throws. It must not list all
// members, of which a team may have thousands.
import type { Clock } from '../clock.ts';
import type { Content } from '../domain/content.ts';
import type { Person } from '../domain/watch.ts';
import type { Conversation } from '../usecases/ports.ts';
import type { ConnectorClients } from './connector-clients.ts';

/** Real time, out of that of the message itself. */
const DEADLINE_MS = 2_000;
const REMEMBERED_MS = 15 * 60_000;
/** What could not be found out is asked again sooner, but not with the next message. */
const FAILURE_REMEMBERED_MS = 60_000;
const MAX_REMEMBERED = 1_000;
const MAX_NAME_LENGTH = 254;
/** An account of Entra, of which Teams knows people (`ada@contoso.com`); others belong to services and machines. */
const PRINCIPAL_NAME = /^[^\s@/\\?#]+@[^\s@/\\?#]+$/;

interface Remembered {
  readonly person?: Person;
  readonly until: number;
}

export class Roster {
  readonly #clients: Pick<ConnectorClients, 'get'>;
  readonly #clock: Clock;
  readonly #remembered = new Map<string, Remembered>();

  constructor(clients: Pick<ConnectorClients, 'get'>, clock: Clock) {
    this.#clients = clients;
    this.#clock = clock;
  }

  /** Undefined when the content is not about one failed build, or nobody in the conversation asked for it. */
  async findRequester(
    conversation: Conversation,
    content: Content,
    signal: AbortSignal,
  ): Promise<Person | undefined> {
    const name = requesterOf(content)?.toLowerCase();
    if (name === undefined || name.length > MAX_NAME_LENGTH || !PRINCIPAL_NAME.test(name)) return undefined;
    const key = JSON.stringify([conversation.id, name]);
    const known = this.#remembered.get(key);
    if (known && this.#clock.now() < known.until) return known.person;
    const found = await this.#find(conversation, name, signal);
    this.#remember(key, found);
    return found.person;
  }

  async #find(conversation: Conversation, name: string, signal: AbortSignal): Promise<Remembered> {
    const abortSignal = AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]);
    try {
      const { conversations } = await this.#clients.get(conversation.serviceUrl);
      // One member by name, as the SDK asks for it: of a channel it is the team that has members.
      const place = conversation.kind === 'channel' ? conversation.teamId : undefined;
      const limits = { abortSignal };
      const answer = await conversations.getConversationMember(place ?? conversation.id, name, limits);
      const person = toPerson(answer._response.bodyAsText ?? '', name);
      return { ...(person ? { person } : {}), until: this.#clock.now() + REMEMBERED_MS };
    } catch (error) {
      // Teams' way to say that the person is no member.
      const isAnswer = error instanceof Error && Reflect.get(error, 'statusCode') === 404;
      return { until: this.#clock.now() + (isAnswer ? REMEMBERED_MS : FAILURE_REMEMBERED_MS) };
    }
  }

  #remember(key: string, found: Remembered): void {
    this.#remembered.delete(key);
    const [oldest] = this.#remembered.keys();
    if (oldest !== undefined && this.#remembered.size >= MAX_REMEMBERED) this.#remembered.delete(oldest);
    this.#remembered.set(key, found);
  }
}

/** The account of who asked for the build, where the content is about exactly one failure. */
function requesterOf(content: Content): string | undefined {
  if (content.kind !== 'alert' || content.entries.length !== 1) return undefined;
  const facts = content.entries[0]?.facts;
  return facts?.colour === 'red' ? facts.build.requestedForUniqueName : undefined;
}

/** The member in Teams' answer, if it is the one who was asked for. */
function toPerson(bodyText: string, name: string): Person | undefined {
  const account = JSON.parse(bodyText) as Readonly<Record<string, unknown>> | null;
  const names = [account?.['userPrincipalName'], account?.['email']];
  const isTheOne = names.some((each) => typeof each === 'string' && each.toLowerCase() === name);
  const id = account?.['id'];
  const displayName = account?.['name'];
  if (!isTheOne || typeof id !== 'string' || typeof displayName !== 'string') return undefined;
  return id === '' || displayName === '' ? undefined : { id, name: displayName };
}
