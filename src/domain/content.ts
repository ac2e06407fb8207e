// What PipeBot has to say, as plain values: answers to commands and notifications. Cards and sentences are
// made from these at the moment of sending, so what waits in the store is facts and not card JSON.
import type { Build } from './build.ts';
import type { BaseAssessment, GateDecision } from './gate.ts';
import type { Named, Service } from './service.ts';
import type { Person, Watch } from './watch.ts';

/** The answer to "is the base ready for X?"; the gate's decision and the card's verdict are this one value. */
export interface StatusAnswer {
  readonly named: Named;
  /** Full ref that was asked for. */
  readonly branch: string;
  readonly decision: GateDecision;
  readonly assessments: readonly BaseAssessment[];
  /** Ms since the epoch, PipeBot's clock. */
  readonly answeredAt: number;
}

export interface HelpEntry {
  readonly usage: string;
  readonly help: string;
  readonly examples: readonly string[];
}

/** A refusal or a short answer; its sentence stands in text/. */
export type Remark =
  | { readonly code: 'service-unknown'; readonly typed: string; readonly suggestions: readonly string[] }
  | { readonly code: 'command-unknown'; readonly typed: string; readonly suggestions: readonly string[] }
  | { readonly code: 'argument-missing'; readonly usage: string; readonly example: string }
  | {
      readonly code: 'argument-surplus';
      readonly surplus: string;
      readonly usage: string;
      readonly example: string;
    }
  | { readonly code: 'branch-invalid'; readonly typed: string }
  | { readonly code: 'link-unusable'; readonly why: LinkProblem; readonly link: string }
  | { readonly code: 'definition-unconfigured'; readonly link: string; readonly definitionId: number }
  | { readonly code: 'link-unconfigured'; readonly link: string }
  | { readonly code: 'several-branches'; readonly branches: readonly string[]; readonly example: string }
  | { readonly code: 'message-too-long'; readonly maxLength: number }
  | { readonly code: 'nothing-to-watch'; readonly subject: string }
  | { readonly code: 'already-watching'; readonly watch: Watch }
  | { readonly code: 'not-watching'; readonly subject?: string }
  | { readonly code: 'watches-stopped'; readonly watches: readonly Watch[] }
  | { readonly code: 'watches-full'; readonly limit: number }
  | {
      readonly code: 'error';
      readonly errorCode: string;
      readonly subject?: string;
      readonly detail?: string;
      readonly errorId: string;
    };

export type LinkProblem =
  | 'not-a-link'
  | 'not-a-pipeline'
  | 'release'
  | 'organization-unknown'
  | 'project-missing';

export type Content =
  | { readonly kind: 'status'; readonly answer: StatusAnswer }
  | { readonly kind: 'overview'; readonly answers: readonly StatusAnswer[]; readonly omitted: number }
  | { readonly kind: 'services'; readonly services: readonly Service[]; readonly omitted: number }
  | { readonly kind: 'help'; readonly entries: readonly HelpEntry[] }
  | { readonly kind: 'watch'; readonly watch: Watch; readonly build?: Build; readonly expectedEndAt?: number }
  | {
      readonly kind: 'watch-ended';
      readonly watch: Watch;
      readonly build?: Build;
      readonly mentions: readonly Person[];
    }
  | { readonly kind: 'remark'; readonly remark: Remark };
