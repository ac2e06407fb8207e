// The book of the checks: what each pipeline is owed that asked the gate, compared with what its plan took. It is kept
// by those who play the pipelines and the bases, and knows nothing of PipeBot's own records.
import type { StandInPlan } from '../../test/stand-ins/azure-devops/stand-in-plan.ts';
import type { Line } from './chaos-world.ts';

export type BaseResult = 'succeeded' | 'failed';

/** `waits` was acknowledged; of an `unsure` one nobody knows whether it was stored; the others need no verdict more. */
export type CheckState = 'unsure' | 'waits' | 'ended-by-run' | 'taken-back';

export interface CheckEntry {
  readonly plan: StandInPlan;
  readonly line: Line;
  state: CheckState;
  /** What its base came to since it asked; of an acknowledged one that is one result. */
  readonly right: Set<BaseResult>;
}

/** A caller of GET, which waits with the same id through restarts. */
export interface HeldEntry {
  readonly line: Line;
  readonly right: Set<BaseResult>;
  got: BaseResult | undefined;
}

export interface CheckComparison {
  readonly acknowledged: number;
  /** Of the acknowledged ones that still waited: those with exactly one verdict, the right one. */
  readonly toldOnce: number;
  readonly endedByRun: number;
  readonly takenBack: number;
  /** Never acknowledged; and those of them that were told a verdict all the same, which is allowed once. */
  readonly unsure: number;
  readonly unsureTold: number;
  readonly missing: readonly string[];
  readonly wrong: readonly string[];
  readonly doubled: readonly string[];
  /** `succeeded`, or 200, although no base had. */
  readonly onDoubt: readonly string[];
  /** Told without the reason on the task's record. */
  readonly unexplained: readonly string[];
  /** Callers of GET that were answered. */
  readonly held: number;
}

export class CheckBook {
  readonly #checks: CheckEntry[] = [];
  readonly #held: HeldEntry[] = [];
  readonly #open = new Map<CheckEntry, () => void>();
  readonly #current = new Map<Line, Set<CheckEntry | HeldEntry>>();
  #waves = 0;

  /** A wave of callers and all that becomes of it is under way until the function given back is called. */
  begin(line: Line): () => void {
    this.#waves += 1;
    // One that was never acknowledged may still wait, and is then told of the next run.
    const before = [...(this.#current.get(line) ?? [])].filter(mayStillWait);
    this.#current.set(line, new Set(before));
    return () => {
      this.#waves -= 1;
    };
  }

  ask(line: Line, plan: StandInPlan, known: readonly BaseResult[]): CheckEntry {
    const entry: CheckEntry = { plan, line, state: 'unsure', right: new Set(known) };
    this.#checks.push(entry);
    this.#current.get(line)?.add(entry);
    return entry;
  }

  hold(line: Line): HeldEntry {
    const entry: HeldEntry = { line, right: new Set(), got: undefined };
    this.#held.push(entry);
    this.#current.get(line)?.add(entry);
    return entry;
  }

  /** Write it down before anything can be asked: from here on this is the right verdict. */
  baseEnded(line: Line, result: BaseResult): void {
    for (const entry of this.#current.get(line) ?? []) entry.right.add(result);
  }

  /** Resolves when its plan has its verdict. */
  told(entry: CheckEntry): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#open.set(entry, resolve);
    return promise;
  }

  /** Ticks off what has come since the last look. */
  tick(): void {
    for (const [entry, resolve] of this.#open) {
      if (verdictsOf(entry).length === 0) continue;
      this.#open.delete(entry);
      resolve();
    }
  }

  get openCount(): number {
    return this.#waves;
  }

  get toldCount(): number {
    return this.#checks.filter((entry) => entry.state === 'waits' && verdictsOf(entry).length > 0).length;
  }

  compare(): CheckComparison {
    const inState = (state: CheckState) => this.#checks.filter((entry) => entry.state === state);
    const [waited, unsure] = [inState('waits'), inState('unsure')];
    const told = this.#checks.filter((entry) => verdictsOf(entry).length > 0);
    const names = (entries: readonly CheckEntry[]) => entries.map(describe);
    const held = (entries: readonly HeldEntry[]) =>
      entries.map(({ line, got }) => `GET ${line.service}: ${got ?? 'no answer'}`);
    const { length: endedByRun } = inState('ended-by-run');
    const { length: takenBack } = inState('taken-back');
    return {
      acknowledged: waited.length + endedByRun + takenBack,
      toldOnce: waited.filter((entry) => verdictsOf(entry).length === 1 && isRight(entry)).length,
      ...{ endedByRun, takenBack, unsure: unsure.length },
      unsureTold: unsure.filter((entry) => verdictsOf(entry).length > 0).length,
      missing: [
        ...names(waited.filter((entry) => verdictsOf(entry).length === 0)),
        ...held(this.#held.filter(({ got }) => got === undefined)),
      ],
      wrong: [
        ...names(told.filter((entry) => !isRight(entry))),
        ...held(this.#held.filter(({ got, right }) => got !== undefined && !right.has(got))),
      ],
      doubled: names(told.filter((entry) => verdictsOf(entry).length > 1)),
      onDoubt: [
        ...names(told.filter((entry) => verdictsOf(entry).includes('succeeded') && !isGood(entry))),
        ...held(this.#held.filter((entry) => entry.got === 'succeeded' && !isGood(entry))),
      ],
      unexplained: names(told.filter((entry) => !isExplained(entry))),
      held: this.#held.filter(({ got }) => got !== undefined).length,
    };
  }
}

export function isCheckBroken({ missing, wrong, doubled, onDoubt, unexplained }: CheckComparison): boolean {
  return [missing, wrong, doubled, onDoubt, unexplained].some(({ length }) => length > 0);
}

function mayStillWait(entry: CheckEntry | HeldEntry): boolean {
  return 'plan' in entry && entry.state === 'unsure' && verdictsOf(entry).length === 0;
}

function verdictsOf({ plan }: CheckEntry): (string | undefined)[] {
  return plan.events.filter(({ name }) => name === 'TaskCompleted').map(({ result }) => result);
}

/** What was told after the run took its check back is never right. */
function isRight(entry: CheckEntry): boolean {
  if (entry.state === 'taken-back' || entry.state === 'ended-by-run') return false;
  return verdictsOf(entry).every((result) => [...entry.right].some((right) => right === result));
}

function isGood({ right }: CheckEntry | HeldEntry): boolean {
  return right.has('succeeded');
}

/** The verdict's output variables come with its sentence, and with nothing else. */
function isExplained({ plan }: CheckEntry): boolean {
  const record = plan.records.find(({ id }) => id === plan.taskInstanceId);
  return JSON.stringify(record?.['variables'] ?? '').includes('"decision"');
}

function describe(entry: CheckEntry): string {
  const { plan, line, state, right } = entry;
  const verdicts = verdictsOf(entry).join(', ') || 'no verdict';
  return `${state} check of ${line.service} in plan ${plan.planId} (${plan.hub}): ${verdicts}; right: ${[...right].join(', ')}`;
}
