// How a state looks: one colour and one glyph for each. The glyphs are text characters that need no emoji
// font, and the headline says the same in words, so that colour is never the only sign.

import type { AlertEntry, AlertOutcome } from '../domain/alert.ts';
import { type Outcome, outcomeOf } from '../domain/build.ts';
import type { GateDecision, GateReason } from '../domain/gate.ts';
import type { Readiness, ReadinessStatus } from '../domain/readiness.ts';
import { type AlertLook, alertLook } from '../text/alert.ts';
import type { ShownWatch } from '../text/watch.ts';
import { markup } from './markup.ts';

type ToneName = 'good' | 'warning' | 'bad' | 'busy' | 'queued' | 'calm' | 'puzzled' | 'restless';

const TONES = {
  good: { style: 'good', color: 'Good', glyph: '✓' },
  warning: { style: 'warning', color: 'Warning', glyph: '!' },
  bad: { style: 'attention', color: 'Attention', glyph: '✕' },
  busy: { style: 'accent', color: 'Accent', glyph: '◐' },
  queued: { style: 'accent', color: 'Accent', glyph: '○' },
  calm: { style: 'emphasis', color: 'Default', glyph: '○' },
  puzzled: { style: 'emphasis', color: 'Default', glyph: '?' },
  restless: { style: 'warning', color: 'Warning', glyph: '⇅' },
} as const satisfies Record<ToneName, object>;

const BY_STATUS = {
  ready: 'good',
  running: 'busy',
  failed: 'bad',
  'never-built': 'warning',
  stale: 'warning',
  unknown: 'puzzled',
} as const satisfies Record<ReadinessStatus, ToneName>;

const BY_REASON: Partial<Record<GateReason, ToneName>> = {
  settling: 'queued',
  held: 'warning',
  released: 'good',
  'timed-out': 'bad',
  'gate-cycle': 'bad',
};

const BY_OUTCOME = {
  succeeded: 'good',
  partiallySucceeded: 'warning',
  failed: 'bad',
  canceled: 'calm',
} as const satisfies Record<Outcome, ToneName>;

/** The look of a base's state, as template data: `style`, `color`, `glyph`. */
export function readinessTone(readiness: Readiness) {
  if (readiness.reason === 'base-partially-succeeded') return toneData('warning');
  const hasStarted = readiness.build?.startedAt !== undefined;
  if (readiness.status === 'running') return toneData(hasStarted ? 'busy' : 'queued');
  return toneData(BY_STATUS[readiness.status]);
}

/** The look of a decision. */
export function decisionTone({ reason, assessment }: GateDecision) {
  const special = BY_REASON[reason];
  return special ? toneData(special) : readinessTone(assessment.readiness);
}

/** The look of a watch: of the run that it follows, or of how that ended. */
export function watchTone({ watch, build }: Pick<ShownWatch, 'watch' | 'build'>) {
  if (watch.state === 'ended' && build) return toneData(BY_OUTCOME[outcomeOf(build)]);
  if (watch.state === 'following') return toneData(build?.startedAt === undefined ? 'queued' : 'busy');
  if (watch.state === 'waiting') return toneData('queued');
  return toneData(watch.state === 'gone' ? 'puzzled' : 'calm');
}

const BY_LOOK = {
  failing: 'bad',
  recovered: 'good',
  flapping: 'restless',
  settled: 'good',
  'settled-red': 'bad',
} as const satisfies Record<AlertLook, ToneName>;

/** The look of an alert. */
export function alertTone(entry: AlertEntry) {
  return toneData(BY_LOOK[alertLook(entry)]);
}

const BY_ALERT_OUTCOME = {
  told: 'good',
  counted: 'good',
  held: 'queued',
  filtered: 'calm',
  dropped: 'calm',
  'recovered-untold': 'calm',
  flapping: 'restless',
  'no-news': 'calm',
} as const satisfies Record<AlertOutcome['code'], ToneName>;

/** The look of what became of a run. */
export function outcomeTone({ code }: AlertOutcome) {
  return toneData(BY_ALERT_OUTCOME[code]);
}

/** The look of a success that is ours, of a hold, and of an explanation. */
export const DONE_TONE = toneData('good');
export const HELD_TONE = toneData('warning');
export const PUZZLED_TONE = toneData('puzzled');

function toneData(name: ToneName) {
  const { style, color, glyph } = TONES[name];
  return { style: markup(style), color: markup(color), glyph: markup(glyph) };
}
