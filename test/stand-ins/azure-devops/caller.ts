// Tells who is calling from the Authorization header. Must not decide what a caller may do.
import type { OrganizationState } from './organization-state.ts';
import type { PlanState, TokenDeath } from './plan-state.ts';

export interface Secrets {
  readonly personalAccessToken: string;
  /** Accepted as Bearer, for clients with an Entra identity. */
  readonly entraToken: string | undefined;
}

export type Caller =
  | { readonly kind: 'identity' }
  | { readonly kind: 'job'; readonly plan: PlanState }
  /** No credential, or one that isn't, or is no longer, good. */
  | { readonly kind: 'nobody'; readonly death: TokenDeath };

const NOBODY: Caller = { kind: 'nobody', death: 'by-method' };

export function recogniseCaller(
  state: OrganizationState,
  secrets: Secrets,
  authorization: string | undefined,
): Caller {
  const [scheme = '', value = ''] = (authorization ?? '').split(' ');
  const basic = scheme.toLowerCase() === 'basic';
  if (!basic && scheme.toLowerCase() !== 'bearer') return NOBODY;
  const secret = basic ? readPassword(value) : value;
  if (secret === '') return NOBODY;
  if (secret === (basic ? secrets.personalAccessToken : secrets.entraToken)) return { kind: 'identity' };
  const plan = state.plans.find((candidate) => candidate.jobToken === secret);
  if (!plan) return NOBODY;
  return plan.tokenDeath === undefined ? { kind: 'job', plan } : { kind: 'nobody', death: plan.tokenDeath };
}

/** Azure looks at the password only. */
function readPassword(encoded: string): string {
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? '' : text.slice(colon + 1);
}
