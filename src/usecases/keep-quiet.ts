// Mutes and quiet hours: what a conversation does not want to hear for a while. Whatever changes, what is held back
// is looked at again at once. Call these in the transaction that stores the answer.
import type { Clock } from '../clock.ts';
import type { Mute } from '../domain/mute.ts';
import type { QuietHours } from '../domain/quiet-hours.ts';
import type { Alerts, ConversationSettings, Jobs, Mutes } from './ports.ts';
import { enqueueRelease } from './record-alerts.ts';

export interface QuietPorts {
  readonly mutes: Mutes;
  readonly settings: Pick<ConversationSettings, 'find' | 'saveQuiet'>;
  readonly alerts: Pick<Alerts, 'listHeld' | 'save'>;
  readonly jobs: Jobs;
  readonly clock: Clock;
}

export async function muteService(ports: QuietPorts, mute: Mute): Promise<void> {
  await ports.mutes.save(mute);
  // It may end earlier than the one that it replaces.
  await releaseHeld(ports, mute.conversationId, 'muted');
}

/** The services of those that were muted until now. */
export async function unmuteServices(
  ports: QuietPorts,
  conversationId: string,
  services: readonly string[],
): Promise<string[]> {
  const unmuted: string[] = [];
  for (const service of services) {
    if (await ports.mutes.remove(conversationId, service, ports.clock.now())) unmuted.push(service);
  }
  if (unmuted.length > 0) await releaseHeld(ports, conversationId, 'muted');
  return unmuted;
}

/** Absent: switched off. */
export async function keepQuietHours(
  ports: QuietPorts,
  conversationId: string,
  quiet: QuietHours | undefined,
): Promise<void> {
  await ports.settings.saveQuiet(conversationId, quiet);
  await releaseHeld(ports, conversationId, 'quiet-hours');
}

/** Due at once; what something else still keeps back is held on when it is looked at. */
async function releaseHeld(
  ports: QuietPorts,
  conversationId: string,
  heldBy: 'muted' | 'quiet-hours',
): Promise<void> {
  const now = ports.clock.now();
  const held = await ports.alerts.listHeld(conversationId, heldBy);
  for (const alert of held) {
    if (!alert.pending) continue;
    await ports.alerts.save({ ...alert, pending: { ...alert.pending, dueAt: now } }, now);
  }
  if (held.length > 0) await enqueueRelease(ports, conversationId, now);
}
