// Which HTTP status each error code is answered with. Exhaustive; 200 is not among them.
import type { ErrorCode } from '../errors.ts';

export const ERROR_STATUS = {
  'config-invalid': 500,
  'service-unknown': 404,
  'branch-invalid': 400,
  'gate-unauthorized': 401,
  'gate-request-invalid': 400,
  'gate-unknown': 404,
  'gate-full': 503,
  'azure-unauthorized': 503,
  'azure-not-found': 503,
  'azure-throttled': 503,
  'azure-unavailable': 503,
  'azure-invalid-response': 503,
  'azure-refused': 503,
  'store-unavailable': 503,
  'store-busy': 503,
  'store-newer': 503,
  'activity-unauthorized': 401,
  'hook-unauthorized': 401,
  'hook-full': 503,
  'operator-refused': 403,
  'request-invalid': 400,
  'request-too-large': 413,
  'shutting-down': 503,
  internal: 500,
} as const satisfies Record<ErrorCode, number>;
