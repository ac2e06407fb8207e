// The list of commands, in the order in which `help`, the manifest and the README show them.
import type { ExplainPorts } from '../../usecases/explain-silence.ts';
import type { GetStatus } from '../../usecases/get-status.ts';
import type { QuietPorts } from '../../usecases/keep-quiet.ts';
import type { SubscribePorts } from '../../usecases/subscribe.ts';
import type { ChatCommand, CommandDescription } from '../command.ts';
import { createGatesCommand, GATES, type GatesCommandPorts } from './gates.ts';
import { createHelpCommand, HELP } from './help.ts';
import { createHoldCommand, HOLD, type HoldCommandPorts } from './hold.ts';
import { createMuteCommand, MUTE } from './mute.ts';
import { createQuietCommand, QUIET } from './quiet.ts';
import { createReleaseCommand, RELEASE, type ReleaseCommandPorts } from './release.ts';
import { createServicesCommand, SERVICES } from './services.ts';
import { createStatusCommand, STATUS } from './status.ts';
import { createSubscribeCommand, SUBSCRIBE } from './subscribe.ts';
import { createSubscriptionsCommand, SUBSCRIPTIONS } from './subscriptions.ts';
import { createUnmuteCommand, UNMUTE } from './unmute.ts';
import { createUnsubscribeCommand, UNSUBSCRIBE, type UnsubscribeCommandPorts } from './unsubscribe.ts';
import { createUnwatchCommand, UNWATCH } from './unwatch.ts';
import { createWatchCommand, WATCH, type WatchCommandPorts } from './watch.ts';
import { createWhyCommand, WHY } from './why.ts';

export const DESCRIPTIONS: readonly CommandDescription[] = [
  ...[STATUS, WATCH, UNWATCH],
  ...[SUBSCRIBE, UNSUBSCRIBE, SUBSCRIPTIONS],
  ...[GATES, HOLD, RELEASE],
  ...[MUTE, UNMUTE, QUIET, WHY],
  ...[SERVICES, HELP],
];

export type CommandPorts = WatchCommandPorts &
  SubscribePorts &
  UnsubscribeCommandPorts &
  QuietPorts &
  GatesCommandPorts &
  HoldCommandPorts &
  ReleaseCommandPorts &
  ExplainPorts & { readonly getStatus: GetStatus };

export function createCommands(ports: CommandPorts): ChatCommand[] {
  return [
    createStatusCommand(ports),
    createWatchCommand(ports),
    createUnwatchCommand(ports),
    createSubscribeCommand(ports),
    createUnsubscribeCommand(ports),
    createSubscriptionsCommand(ports),
    createGatesCommand(ports),
    createHoldCommand(ports),
    createReleaseCommand(ports),
    createMuteCommand(ports),
    createUnmuteCommand(ports),
    createQuietCommand(ports),
    createWhyCommand(ports),
    createServicesCommand(ports),
    createHelpCommand(DESCRIPTIONS),
  ];
}
