// Who is in a conversation, and what a team is made of. Read-only: nothing here may change the world.

import type { StandInConversation, StandInUser, TeamsWorld } from './teams-world.ts';
import { type ConnectorAnswer, type ConnectorRequest, refusal } from './wire-activity.ts';

const defaultPageSize = 200;

export function answerRoster(world: TeamsWorld, request: ConnectorRequest): ConnectorAnswer | undefined {
  const [, area, id, part, memberId] = request.segments;
  if (id === undefined) return undefined;
  if (area === 'teams') return answerTeam(world, id, part);
  if (area !== 'conversations') return undefined;
  const conversation = world.find(id);
  if (!conversation) return refusal(404, 'ConversationNotFound', 'Conversation not found.');
  if (!world.hasBot(conversation)) {
    return refusal(403, 'BotNotInConversationRoster', 'The bot is not part of the conversation roster.');
  }
  if (part === 'pagedmembers') return pageOfMembers(world, conversation, request.query);
  if (part !== 'members') return undefined;
  if (memberId === undefined) {
    return { status: 200, body: world.membersOf(conversation).map((user) => toAccount(world, user)) };
  }
  const member = world.findUser(memberId);
  if (!member || !world.isMember(conversation, member))
    return refusal(404, 'MemberNotFoundInConversation', 'Member not found in this conversation.');
  return { status: 200, body: toAccount(world, member) };
}

function pageOfMembers(
  world: TeamsWorld,
  conversation: StandInConversation,
  query: URLSearchParams,
): ConnectorAnswer {
  const size = Number(query.get('pageSize') ?? defaultPageSize);
  const start = Number(query.get('continuationToken') ?? 0);
  if (!(size >= 1) || !(start >= 0)) return refusal(400, 'BadArgument', 'Bad pageSize or continuationToken.');
  const all = world.membersOf(conversation);
  const members = all.slice(start, start + size).map((user) => toAccount(world, user));
  const end = start + size;
  return { status: 200, body: end < all.length ? { members, continuationToken: String(end) } : { members } };
}

function answerTeam(world: TeamsWorld, id: string, part: string | undefined): ConnectorAnswer | undefined {
  const team = world.teams.find((candidate) => candidate.id === id);
  if (!team) return refusal(404, 'ConversationNotFound', 'Team not found.');
  if (!world.hasBot(team.general)) {
    return refusal(403, 'BotNotInConversationRoster', 'The bot is not part of the conversation roster.');
  }
  const channels = world.channelsOf(team);
  if (part === undefined) {
    const { name, aadGroupId } = team;
    const counts = { channelCount: channels.length, memberCount: world.users.length };
    return { status: 200, body: { id, name, aadGroupId, type: 'standard', ...counts } };
  }
  if (part !== 'conversations') return undefined;
  // Teams gives the General channel no name, since every client shows it in its own language.
  const conversations = channels.map((channel) => ({
    id: channel.id,
    ...(channel.id === team.id ? {} : { name: channel.name }),
    type: 'standard',
  }));
  return { status: 200, body: { conversations } };
}

function toAccount(world: TeamsWorld, user: StandInUser): Record<string, unknown> {
  const [givenName, ...surname] = user.name.split(' ');
  return {
    id: user.id,
    name: user.name,
    aadObjectId: user.aadObjectId,
    objectId: user.aadObjectId,
    givenName,
    surname: surname.join(' '),
    email: user.principalName,
    userPrincipalName: user.principalName,
    tenantId: world.tenantId,
    userRole: 'user',
  };
}
