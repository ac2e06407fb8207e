// The door for Teams' activities: authenticated first, then checked against our own rules, then told to
// `onEvent` as a plain value. The turn does nothing else and sends nothing, so that Teams gets its answer
// long before the 15 s after which it delivers again. It must not know HTTP beyond a status and a body.
import { type Activity, CloudAdapter } from 'botbuilder';
import type { AuthenticateRequestResult } from 'botframework-connector';
import type { Clock } from '../clock.ts';
import { toPipeBotError } from '../errors.ts';
import type { Log } from '../usecases/ports.ts';
import { answerClick, answerInvoke } from './answer-invoke.ts';
import { type AuthenticationContext, authenticateActivity } from './authenticate-activity.ts';
import { createBotAuthentication } from './bot-authentication.ts';
import type { Registration, TeamsTesting } from './bot-registration.ts';
import { type ReceivedActivity, readActivity } from './received-activity.ts';
import { isServiceUrlAllowed, type ServiceUrlRule } from './service-url.ts';
import { type TeamsEvent, toTeamsEvent } from './to-teams-event.ts';

export interface TeamsEntryOptions {
  /** `none`: local mode, nobody is authenticated; listen on loopback only. */
  readonly registration: Registration;
  readonly log: Log;
  readonly clock: Clock;
  /** Stores what happened; Teams hears 200 only after it has resolved. */
  readonly onEvent: (event: TeamsEvent) => Promise<void>;
  readonly allowedTenants: readonly string[] | 'any';
  readonly serviceUrls: ServiceUrlRule;
  /** How long Teams' signing keys are waited for; real time. */
  readonly authenticationTimeoutMs?: number;
  readonly testing?: TeamsTesting;
}

export interface TeamsAnswer {
  readonly status: number;
  readonly body?: unknown;
}

export interface TeamsEntry {
  /**
   * Takes one POST of Teams. Never throws, and never says why in the body: 200 stored or of no interest,
   * 400 no usable activity, 401 not from Teams, 403 tenant, channel or service URL not allowed, 500 a bug,
   * 503 the store or the signing keys are out of reach (Teams delivers again).
   */
  receive(request: {
    readonly authorization: string | undefined;
    readonly body: unknown;
  }): Promise<TeamsAnswer>;
}

/**
 * @throws PipeBotError `config-invalid` when the registration is unusable
 */
export function createTeamsEntry(options: TeamsEntryOptions): TeamsEntry {
  const { registration, allowedTenants, testing, log } = options;
  const authentication = createBotAuthentication(registration, testing);
  const adapter = new CloudAdapter(authentication);
  const context: AuthenticationContext = {
    authentication,
    registration,
    allowedTenants,
    authenticationTimeoutMs: options.authenticationTimeoutMs ?? 10_000,
    ...(testing ? { testing } : {}),
  };
  return {
    async receive({ authorization, body }) {
      const activity = readActivity(body);
      const serviceUrl = activity?.serviceUrl ?? '';
      const checked = await authenticateActivity({ authorization, serviceUrl }, context);
      if (checked.kind === 'refused') {
        log.warn({ reason: checked.reason, status: checked.status }, 'activity not authenticated');
        return { status: checked.status };
      }
      if (!activity) return { status: 400 };
      const refusal = refusalOf(activity, options);
      if (refusal) {
        log.warn(refusal, 'activity refused');
        return { status: 403 };
      }
      return runTurn({ adapter, options, result: checked.result, activity });
    },
  };
}

interface Turn {
  readonly adapter: CloudAdapter;
  readonly options: TeamsEntryOptions;
  readonly result: AuthenticateRequestResult;
  readonly activity: ReceivedActivity;
}

async function runTurn({ adapter, options, result, activity }: Turn): Promise<TeamsAnswer> {
  let answer: TeamsAnswer = { status: 500 };
  const { type, serviceUrl = '', channelId = '' } = activity;
  const sdkActivity: Partial<Activity> = { type, serviceUrl, channelId };
  try {
    // The adapter replaces whatever the turn throws, so the turn keeps its own answer.
    await adapter.processActivityDirect(result, sdkActivity as Activity, async () => {
      answer = await handle(activity, options);
    });
  } catch (error) {
    options.log.error({ err: error }, 'turn failed');
  }
  return answer;
}

async function handle(activity: ReceivedActivity, options: TeamsEntryOptions): Promise<TeamsAnswer> {
  const { log, clock, onEvent } = options;
  const event = toTeamsEvent(activity, clock.now());
  const isInvoke = activity.type === 'invoke';
  if (!event) return isInvoke ? answerInvoke(activity.name) : { status: 200 };
  try {
    await onEvent(event);
    return isInvoke ? answerClick(true) : { status: 200 };
  } catch (error) {
    const { code } = toPipeBotError(error);
    log.error({ err: error, code, activityId: activity.id }, 'activity not stored');
    if (isInvoke) return answerClick(false);
    return { status: code === 'store-unavailable' || code === 'shutting-down' ? 503 : 500 };
  }
}

type RefusalFields = { readonly reason: string; readonly [field: string]: unknown };

/** Our own rules, after authentication: "single tenant" keeps no foreign tenant from calling the bot. */
function refusalOf(activity: ReceivedActivity, options: TeamsEntryOptions): RefusalFields | undefined {
  const { channelId, serviceUrl = '', conversation, channelData, from } = activity;
  const channels = options.registration === 'none' ? ['msteams', 'emulator'] : ['msteams'];
  if (!channels.some((channel) => channel === channelId)) return { reason: 'channel', channelId };
  const tenants = [conversation.tenantId, channelData.tenantId].filter((tenant) => tenant !== undefined);
  if (!areTenantsAllowed(tenants, options.allowedTenants)) return { reason: 'tenant', tenants };
  // In a shared channel, what is said or clicked in a tenant of ours may come from somebody of another one.
  const senderTenant = from.tenantId === undefined ? [] : [from.tenantId];
  if (senderTenant.length > 0 && !areTenantsAllowed(senderTenant, options.allowedTenants))
    return { reason: 'tenant', tenants: senderTenant };
  if (!isServiceUrlAllowed(serviceUrl, options.serviceUrls)) return { reason: 'service-url', serviceUrl };
  return undefined;
}

/** Every tenant that the activity names must be allowed, and it must name one. */
function areTenantsAllowed(tenants: readonly string[], allowed: readonly string[] | 'any'): boolean {
  if (allowed === 'any') return true;
  const known = allowed.map((tenant) => tenant.toLowerCase());
  return tenants.length > 0 && tenants.every((tenant) => known.includes(tenant.toLowerCase()));
}
