// One process of PipeBot under chaos: loaded ahead so that a start takes a tenth of a second, started on a word,
// killed or frozen without warning. It must not know what the process is told to do.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CRASH_POINTS, type CrashPoint } from '../../src/crash-points.ts';

const CHILD = new URL('child.ts', import.meta.url).pathname;

export interface ProgramOptions {
  /** Where its files go: what it reached, what it logged. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Dies there the nth time. */
  readonly crashAt?: PointVisit;
  /** Freezes there the nth time, until it is sent SIGCONT. */
  readonly freezeAt?: PointVisit;
}

export interface PointVisit {
  readonly point: CrashPoint;
  readonly nth: number;
}

export interface ProgramEnd {
  readonly signal: NodeJS.Signals | null;
  readonly code: number | null;
  /** How often each point was reached. */
  readonly reached: ReadonlyMap<CrashPoint, number>;
  readonly last: CrashPoint | undefined;
}

let launched = 0;

export class Program {
  /** Settles with the address when it takes requests, with undefined when it ends before. */
  readonly started: Promise<string | undefined>;
  /** Settles when it freezes. */
  readonly frozen: Promise<void>;
  readonly ended: Promise<ProgramEnd>;
  readonly #child: ChildProcess;

  constructor({ folder, environment, crashAt, freezeAt }: ProgramOptions) {
    launched += 1;
    const points = join(folder, `points-${process.pid}-${launched}`);
    const child = spawn(process.execPath, [CHILD], {
      cwd: folder,
      env: {
        PATH: process.env['PATH'] ?? '',
        NODE_COMPILE_CACHE: join(folder, 'compiled'),
        ...environment,
        CHAOS_POINTS: points,
        CHAOS_LOG: join(folder, 'log.jsonl'),
        ...(crashAt ? { PIPEBOT_CRASH_AT: `${crashAt.point}:${crashAt.nth}` } : {}),
        ...(freezeAt ? { PIPEBOT_FREEZE_AT: `${freezeAt.point}:${freezeAt.nth}` } : {}),
      },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    // It may be dead by the time that it is spoken to.
    child.stdin?.on('error', () => undefined);
    const exited = once(child, 'exit');
    this.#child = child;
    this.ended = exited.then(([code, signal]) => ({ code, signal, ...takeReached(points) }));
    const started = Promise.withResolvers<string | undefined>();
    const frozen = Promise.withResolvers<void>();
    this.started = started.promise;
    this.frozen = frozen.promise;
    if (child.stdout)
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (line === 'frozen') frozen.resolve();
        else started.resolve(line);
      });
    void exited.then(() => started.resolve(undefined));
  }

  go(): void {
    this.#child.stdin?.write('go\n');
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  send(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(signal);
  }

  async kill(): Promise<ProgramEnd> {
    this.send('SIGKILL');
    return this.ended;
  }
}

function takeReached(path: string): Pick<ProgramEnd, 'reached' | 'last'> {
  const reached = new Map<CrashPoint, number>();
  let last: CrashPoint | undefined;
  for (const index of readIfThere(path)) {
    last = CRASH_POINTS[index];
    if (last) reached.set(last, (reached.get(last) ?? 0) + 1);
  }
  rmSync(path, { force: true });
  return { reached, last };
}

/** A process that was killed while it loaded has not made it. */
function readIfThere(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch {
    return new Uint8Array();
  }
}
