// The gate between a store in memory and an Azure DevOps that answers when the test lets it, on a scripted clock.
import type { Build } from '../../src/domain/build.ts';
import { DEFAULT_GATE_POLICY, type Service } from '../../src/domain/service.ts';
import {
  createGate,
  type Gate,
  type GateListener,
  type GateRequest,
} from '../../src/usecases/answer-gate.ts';
import { createCallerBuilds } from '../../src/usecases/caller-builds.ts';
import type { BuildRef, GateRecord } from '../../src/usecases/ports.ts';
import { ReadingSignals } from '../../src/usecases/reading-signals.ts';
import { buildOf, DAWN } from '../support/build-of.ts';
import { createScriptedClock, type ScriptedClock } from '../support/scripted-clock.ts';

const BASE = {
  name: 'python-base',
  definition: { organization: 'contoso', project: 'Shop', definitionId: 183, branch: 'refs/heads/develop' },
};

/** Queued ten minutes ago. */
export const BASE_RUN = { id: 1, queuedAt: DAWN - 600_000 };

export const PAYMENTS: Service = {
  name: 'payments',
  aliases: [],
  bases: [BASE],
  fallbackBranches: [],
  policy: DEFAULT_GATE_POLICY,
};

/** Lets calls through, or holds them until it is opened again. */
export interface Door {
  close(): void;
  open(): void;
  /** Calls that wait at it. */
  readonly waiting: number;
}

export interface GateBench {
  readonly gate: Gate;
  readonly clock: ScriptedClock;
  readonly store: Door;
  readonly azure: Door;
  /** Every gate that was saved, in order. */
  readonly saved: readonly GateRecord[];
  /** Looks at single runs. */
  readonly looks: readonly BuildRef[];
  ensured: number;
  /** How many times the store was written to. */
  statements: number;
  /** The base's only build. */
  base: Build;
  /** The run of the caller; it cannot be read while it is undefined. */
  caller: Build | undefined;
  /** A reading that everybody who waits wakes by. */
  announce(): void;
  ask(options?: Partial<GateRequest>): Asked;
}

export interface Asked {
  readonly hangUp: () => void;
  readonly answer: ReturnType<Gate['answer']>;
}

export function createGateBench(): GateBench {
  const clock = createScriptedClock();
  const [store, azure] = [createDoor(), createDoor()];
  const records = new Map<string, GateRecord>();
  const saved: GateRecord[] = [];
  const looks: BuildRef[] = [];
  const signals = new ReadingSignals();
  let ids = 0;
  const pipelines = {
    async getBuild(ref: BuildRef) {
      looks.push(ref);
      await azure.pass();
      if (!bench.caller) throw new Error('not to be read');
      return { build: bench.caller, observedAt: clock.now() };
    },
  };
  const gate = createGate({
    observer: {
      async latest() {
        await azure.pass();
        return { builds: [bench.base], observedAt: clock.now(), readAt: clock.now() };
      },
      nextReading: (_places, signal) => signals.next(['base'], signal),
    },
    records: { lastReading: () => Promise.resolve(undefined) },
    ensurePolled: () => Promise.resolve(void bench.ensured++),
    gates: {
      async find(id) {
        await store.pass();
        return records.get(id);
      },
      findWaiting: () => Promise.resolve(undefined),
      async saveAll(gates) {
        await store.pass();
        bench.statements++;
        for (const one of gates) records.set(one.id, one);
        saved.push(...gates);
        return [...gates];
      },
    },
    callerBuilds: createCallerBuilds({ pipelines, clock }),
    holds: { findFor: () => Promise.resolve(undefined) },
    gateSignals: { next: (_service, signal) => signals.next(['order'], signal) },
    catalog: { services: [], bases: [] },
    clock,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    newId: () => `gate-${++ids}`,
  });
  const bench: GateBench = {
    ...{ gate, clock, store, azure, saved, looks, ensured: 0, statements: 0, caller: undefined },
    base: buildOf({ ...BASE_RUN, status: 'inProgress' }),
    announce: () => signals.announce('base'),
    ask(options = {}) {
      const hangUp = new AbortController();
      const request = { service: PAYMENTS, keyId: 'key', waitMs: 30 * 60_000, ...options };
      const answer = gate.answer({ ...request, signal: hangUp.signal });
      answer.catch(() => undefined);
      return { hangUp: () => hangUp.abort(), answer };
    },
  };
  return bench;
}

export const DEAF: GateListener = { onHeld: () => undefined, onWait: () => undefined };

function createDoor(): Door & { pass(): Promise<void> } {
  let queue: (() => void)[] = [];
  let isOpen = true;
  return {
    close: () => {
      isOpen = false;
    },
    open: () => {
      isOpen = true;
      for (const pass of queue) pass();
      queue = [];
    },
    get waiting() {
      return queue.length;
    },
    pass: () => (isOpen ? Promise.resolve() : new Promise((resolve) => void queue.push(resolve))),
  };
}
