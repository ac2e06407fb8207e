// Prints figures, one line each: name, value, unit, and the goal where there is one.

export interface BenchOptions {
  readonly minutes: number;
  readonly count: number | undefined;
  /** Who wait to be called back. */
  readonly callers: number;
  readonly databases: readonly ('server' | 'embedded')[];
}

/** Prints a figure; gives back whether it meets its goal, which is the most that is allowed. */
export function figure(
  name: string,
  value: number,
  { unit, atMost }: { readonly unit: string; readonly atMost?: number },
): boolean {
  const shown = Number.isInteger(value) ? value : Number(value.toFixed(1));
  const isGood = atMost === undefined || value <= atMost;
  const goal = atMost === undefined ? '' : ` (goal ≤ ${atMost}${isGood ? '' : ', MISSED'})`;
  console.log(`${name} ${shown} ${unit}${goal}`);
  return isGood;
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** A line that is redrawn on a terminal, and told now and then elsewhere, while something takes its time. */
export function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
  else process.stderr.write(`${text}\n`);
}
