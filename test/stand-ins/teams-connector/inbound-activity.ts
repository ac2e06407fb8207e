// Builds the activities Teams sends to a bot. Pure: must not send anything nor remember anything.

import type { StandInConversation, StandInTeam, StandInUser } from './teams-world.ts';
import type { WireActivity } from './wire-activity.ts';

export type MentionForm = boolean | 'twice' | 'without-entity-text';

/** What all activities of one delivery have in common. */
export interface InboundFrame {
  readonly id: string;
  readonly at: number;
  readonly serviceUrl: string;
  readonly tenantId: string;
  readonly bot: { readonly id: string; readonly name: string };
  readonly user: StandInUser | undefined;
  readonly conversation: StandInConversation;
  /** In a channel, the message that the conversation id names; absent for events of the channel. */
  readonly threadRoot?: string | undefined;
}

export function messageActivity(frame: InboundFrame, text: string, mention: MentionForm): WireActivity {
  const name = frame.bot.name;
  const tag = `<at>${name}</at>`;
  const mentioned = { id: frame.bot.id, name };
  const entity =
    mention === 'without-entity-text'
      ? { type: 'mention', mentioned }
      : { type: 'mention', mentioned, text: tag };
  const mentions = mention === false ? [] : mention === 'twice' ? [entity, entity] : [entity];
  const prefix = mention === false ? '' : mention === 'twice' ? `${tag} ${tag} ` : `${tag} `;
  const clientInfo = { type: 'clientInfo', locale: 'en-US', country: 'US', platform: 'Web', timezone: 'UTC' };
  return {
    ...base(frame, 'message'),
    textFormat: 'plain',
    text: `${prefix}${text}`,
    attachments: [{ contentType: 'text/html', content: `<p>${prefix}${escapeHtml(text)}</p>` }],
    entities: [...mentions, clientInfo],
  };
}

export type InstallKind = 'add' | 'remove' | 'add-upgrade' | 'remove-upgrade';

export function installationActivity(frame: InboundFrame, action: InstallKind): WireActivity {
  const activity = base(frame, 'installationUpdate');
  const { id, name, kind } = frame.conversation;
  const settings = kind === 'channel' ? { settings: { selectedChannel: { id, name } } } : {};
  return { ...activity, action, channelData: { ...activity.channelData, ...settings } };
}

export function conversationUpdateActivity(
  frame: InboundFrame,
  change: { eventType?: string; membersAdded?: readonly { id: string }[]; channelData?: object },
): WireActivity {
  const { eventType, membersAdded, channelData } = change;
  const activity = base(frame, 'conversationUpdate');
  return {
    ...activity,
    ...(membersAdded ? { membersAdded } : {}),
    channelData: { ...activity.channelData, ...(eventType ? { eventType } : {}), ...channelData },
  };
}

/** What a card tells the bot; it belongs to the message that shows the card. */
export function invokeActivity(
  frame: InboundFrame,
  invoke: { readonly name: string; readonly value: object; readonly replyToId: string },
): WireActivity {
  return { ...base(frame, 'invoke'), ...invoke };
}

function base(frame: InboundFrame, type: string): WireActivity {
  const { conversation, user, tenantId } = frame;
  const timestamp = new Date(frame.at).toISOString();
  return {
    type,
    id: frame.id,
    timestamp,
    localTimestamp: timestamp,
    channelId: 'msteams',
    serviceUrl: frame.serviceUrl,
    locale: 'en-US',
    ...(user ? { from: { id: user.id, name: user.name, aadObjectId: user.aadObjectId } } : {}),
    recipient: { id: frame.bot.id, name: frame.bot.name },
    conversation: {
      ...(conversation.kind === 'personal' ? {} : { isGroup: true }),
      conversationType: conversation.kind,
      tenantId,
      id: frame.threadRoot ? `${conversation.id};messageid=${frame.threadRoot}` : conversation.id,
    },
    channelData: { ...channelFields(conversation), tenant: { id: tenantId } },
  };
}

function channelFields({ id, name, team }: StandInConversation): Record<string, unknown> {
  if (!team) return {};
  return { teamsChannelId: id, teamsTeamId: team.id, channel: { id, name }, team: teamFields(team) };
}

function teamFields({ id, name, aadGroupId }: StandInTeam): Record<string, unknown> {
  return { id, name, aadGroupId };
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
