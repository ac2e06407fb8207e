// Reads the `gate:` section of the services file, for all services and for a single one.
import { parseDuration } from '../domain/duration.ts';
import { DEFAULT_GATE_POLICY, type GatePolicy } from '../domain/service.ts';
import type { FileReader } from './file-reader.ts';

const CHOICES = {
  whenRunning: ['wait', 'use-previous'],
  onPartiallySucceeded: ['continue', 'stop'],
  onCanceled: ['previous', 'stop'],
  onNeverBuilt: ['stop', 'continue'],
} as const;

/** Name in the file, field of the policy, smallest and largest value. */
const DURATIONS = {
  timeout: { field: 'timeoutMs', minMs: 1_000, maxMs: 20 * 3_600_000, example: 'timeout: 30m' },
  pollInterval: { field: 'pollIntervalMs', minMs: 5_000, maxMs: 600_000, example: 'pollInterval: 10s' },
  settle: { field: 'settleMs', minMs: 0, maxMs: 600_000, example: 'settle: 30s' },
  maxAge: { field: 'maxAgeMs', minMs: 60_000, maxMs: 3_650 * 86_400_000, example: 'maxAge: 90d' },
} as const;

const KNOWN = [...Object.keys(CHOICES), ...Object.keys(DURATIONS)];

/** The policy of a `gate:` section; what it leaves out comes from `inherited`. `alsoKnown` is read by others. */
export function readPolicy(
  reader: FileReader,
  where: string,
  {
    value,
    inherited = DEFAULT_GATE_POLICY,
    alsoKnown = [],
  }: {
    readonly value: unknown;
    readonly inherited?: GatePolicy;
    readonly alsoKnown?: readonly string[];
  },
): GatePolicy {
  const fields = reader.fields(where, value, [...KNOWN, ...alsoKnown]);
  const policy: Record<string, unknown> = { ...inherited };
  for (const [name, allowed] of Object.entries(CHOICES)) {
    const choice = reader.text(`${where}.${name}`, fields.get(name));
    if (choice === undefined) continue;
    if ((allowed as readonly string[]).includes(choice)) policy[name] = choice;
    else
      reader.wrong(
        `${where}.${name}`,
        `"${choice}" is none of ${allowed.join(', ')}`,
        `${name}: ${allowed[0]}`,
      );
  }
  for (const [name, { field, minMs, maxMs, example }] of Object.entries(DURATIONS)) {
    const text = reader.text(`${where}.${name}`, fields.get(name));
    if (text === undefined) continue;
    const durationMs = parseDuration(text);
    if (durationMs !== undefined && durationMs >= minMs && durationMs <= maxMs) policy[field] = durationMs;
    else
      reader.wrong(
        `${where}.${name}`,
        durationMs === undefined ? `"${text}" is no duration` : `"${text}" is too short or too long`,
        example,
      );
  }
  return policy as unknown as GatePolicy;
}
