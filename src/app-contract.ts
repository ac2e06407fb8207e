// What the app is given, and what it is to whoever starts it. The wiring itself stands in app.ts.
import type { Clock } from './clock.ts';
import type { Settings } from './config/settings.ts';
import type { ReachPoint } from './crash-points.ts';
import type { Logger } from './logger.ts';
import type { DatabaseOptions } from './store/database.ts';
import type { TeamsTesting } from './teams/bot-registration.ts';

export interface AppOptions {
  readonly settings: Settings;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Instead of what the settings say. */
  readonly database?: DatabaseOptions;
  /** Stand-ins for Microsoft's sign-in service; never set in production. */
  readonly teamsTesting?: TeamsTesting;
  /** Real time. */
  readonly callTimeoutMs?: number;
  /** From 0 to 1, for the moments at which places are polled. */
  readonly random?: () => number;
  /** Hears of every crash point, and may not return; for chaos runs only. */
  readonly onCrashPoint?: ReachPoint;
}

export interface App {
  start(): Promise<void>;
  /** Takes no more work, finishes what runs, answers those who wait, closes everything. */
  stop(): Promise<void>;
  /** Where it listens; known after `start`. */
  readonly url: string;
  /** Where the operator's routes are, when they are on. */
  readonly operatorUrl: string | undefined;
  /** What an operator must know about the database, for the start-up line. */
  readonly storageNote: string;
  /** How many callers of the gate are held. */
  readonly waitingGates: number;
  /** Resolves when no job runs and none is due; for tests and the demo. */
  idle(): Promise<void>;
}
