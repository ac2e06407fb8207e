// What PipeBot has to say, as plain values: answers to commands and notifications. Cards and sentences are
// made from these at the moment of sending, so what waits in the store is facts and not card JSON.
import type { AlertEntry, AlertOutcome } from './alert.ts';
import type { Build } from './build.ts';
import type { BaseAssessment, GateDecision } from './gate.ts';
import type { GateRelease, HoldRecord } from './hold.ts';
import type { Mute } from './mute.ts';
import type { QuietHours } from './quiet-hours.ts';
import type { Named, Service } from './service.ts';
import type { Subscription } from './subscription.ts';
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
  | {
      readonly code: 'watches-full' | 'subscriptions-full';
      readonly limit: number;
      readonly whose: 'conversation' | 'person' | 'tenant';
    }
  | {
      readonly code: 'filter-invalid';
      readonly problem: FilterProblem;
      readonly typed: string;
      readonly example: string;
    }
  | { readonly code: 'not-subscribed'; readonly subject?: string }
  | { readonly code: 'unsubscribed'; readonly subscriptions: readonly Subscription[] }
  | { readonly code: 'muted'; readonly mute: Mute }
  | { readonly code: 'unmuted'; readonly service?: string }
  | { readonly code: 'not-muted'; readonly service?: string }
  | {
      readonly code: 'duration-invalid';
      readonly typed: string;
      readonly example: string;
      readonly maxMs: number;
    }
  | {
      readonly code: 'quiet-hours-invalid';
      readonly problem: 'span' | 'time-zone';
      readonly typed: string;
      readonly example: string;
    }
  | {
      readonly code: 'not-operator';
      readonly why: 'nobody-may' | 'not-operator';
      readonly service: string;
    }
  | { readonly code: 'not-held'; readonly service: string }
  | { readonly code: 'base-has-no-gate'; readonly base: string }
  | { readonly code: 'gate-not-waiting'; readonly typed: string; readonly suggestions: readonly string[] }
  /** Absent: they were switched off. */
  | { readonly code: 'quiet-hours'; readonly quiet?: QuietHours }
  | {
      readonly code: 'error';
      readonly errorCode: string;
      readonly subject?: string;
      readonly detail?: string;
      readonly errorId: string;
    };

/** Which word of a `subscribe` cannot be understood. */
export type FilterProblem =
  | 'word'
  | 'repeated'
  | 'branch'
  | 'branches'
  | 'reason'
  | 'stage'
  | 'style'
  | 'events';

/** Why messages about a service came or did not come, read from the record. */
export interface Explanation {
  /** A service, a base or `*`, as it is called. */
  readonly subject: string;
  readonly conversationId: string;
  readonly isSuspended: boolean;
  readonly subscriptions: readonly {
    readonly subscription: Subscription;
    /** The definitions and branches of which builds have ended since, the newest first. */
    readonly alerts: readonly {
      readonly name: string;
      readonly branch: string;
      readonly build: Pick<Build, 'id' | 'number' | 'url'>;
      readonly at: number;
      readonly outcome: AlertOutcome;
      readonly isOpen: boolean;
    }[];
  }[];
  readonly mutes: readonly Mute[];
  readonly quiet?: QuietHours & { readonly isQuietUntil?: number };
  /** For each definition behind the subject: when its builds were last read, ms since the epoch, PipeBot's clock. */
  readonly observations: readonly {
    readonly name: string;
    readonly branch: string;
    readonly readAt?: number;
  }[];
  readonly lastDelivery?: {
    readonly state: 'queued' | 'sending' | 'delivered' | 'suspended' | 'parked';
    readonly isInDoubt: boolean;
    readonly attempts: number;
    readonly at: number;
    readonly detail?: string;
  };
  /** Absent when no service hook was ever received. */
  readonly lastHookAt?: number;
  readonly answeredAt: number;
}

/** A gate at which a pipeline waits. */
export interface OpenGate {
  readonly id: string;
  readonly service: string;
  /** Full ref, or empty when it is not known yet. */
  readonly branch: string;
  /** Ms since the epoch, PipeBot's clock. */
  readonly askedAt: number;
  readonly deadlineAt: number;
  /** What it was told last. */
  readonly decision?: GateDecision;
  /** The run that waits, when it said which it is; number and page where they are known. */
  readonly caller?: { readonly buildId: number; readonly number?: string; readonly url?: string };
}

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
  /** News of one or several services at once. A card that is updated has the same kind. */
  | {
      readonly kind: 'alert';
      readonly entries: readonly AlertEntry[];
      /** When it was made, ms since the epoch, PipeBot's clock. */
      readonly at: number;
    }
  /** One more failure of something that people know to fail: a line, not a card. */
  | { readonly kind: 'alert-repeat'; readonly entry: AlertEntry }
  /** A build that has ended, for those who want to hear of every one. */
  | { readonly kind: 'result'; readonly name: string; readonly role: 'base' | 'build'; readonly build: Build }
  | {
      readonly kind: 'subscribed';
      readonly subscription: Subscription;
      /** It replaced one with the same service and branch. */
      readonly isChanged: boolean;
      /** `thread` was asked for where there are no threads, and acts as `flat`. */
      readonly actsAsFlat: boolean;
      /** What fails already, so that nobody waits for a first failure that has been. */
      readonly failing: readonly {
        readonly name: string;
        readonly branch: string;
        readonly failedBuilds: number;
      }[];
    }
  | {
      readonly kind: 'subscriptions';
      readonly subscriptions: readonly Subscription[];
      readonly watches: readonly Watch[];
      readonly mutes: readonly Mute[];
      readonly quiet?: QuietHours;
    }
  /** A form to subscribe with; the services are those that can be chosen. */
  | { readonly kind: 'subscribe-form'; readonly services: readonly string[]; readonly chosen?: string }
  | { readonly kind: 'why'; readonly explanation: Explanation }
  | {
      readonly kind: 'gates';
      readonly gates: readonly OpenGate[];
      readonly holds: readonly HoldRecord[];
      /** What a word could mean when it was not clear which gate was to be released. */
      readonly typed?: string;
      readonly at: number;
    }
  /** A hold was placed, or ended by a person. */
  | {
      readonly kind: 'hold';
      readonly hold: HoldRecord;
      /** The one in whose place it came. */
      readonly replaced?: HoldRecord;
      /** Its time was not said, so it is the usual one. */
      readonly isUsualTime?: boolean;
      /** How many pipelines wait at its gates. */
      readonly waiting: number;
      readonly at: number;
    }
  /** One gate was let through. */
  | { readonly kind: 'released'; readonly gate: OpenGate; readonly release: GateRelease }
  | { readonly kind: 'remark'; readonly remark: Remark };
