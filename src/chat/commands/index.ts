// The list of commands, in the order in which `help`, the manifest and the README show them.
import type { ServiceCatalog } from '../../domain/service.ts';
import type { GetStatus } from '../../usecases/get-status.ts';
import type { ChatCommand, CommandDescription } from '../command.ts';
import { createHelpCommand, HELP } from './help.ts';
import { createServicesCommand, SERVICES } from './services.ts';
import { createStatusCommand, STATUS } from './status.ts';
import { createUnwatchCommand, createWatchCommand, UNWATCH, WATCH, type WatchCommandPorts } from './watch.ts';

export const DESCRIPTIONS: readonly CommandDescription[] = [STATUS, WATCH, UNWATCH, SERVICES, HELP];

export interface CommandPorts extends WatchCommandPorts {
  readonly catalog: ServiceCatalog;
  readonly getStatus: GetStatus;
}

export function createCommands(ports: CommandPorts): ChatCommand[] {
  return [
    createStatusCommand(ports),
    createWatchCommand(ports),
    createUnwatchCommand(ports),
    createServicesCommand(ports),
    createHelpCommand(DESCRIPTIONS),
  ];
}
