// Checks the api-version of a request as Azure does: reads may go without, writes may not.
// Must not change any answer by version.
import { badRequest } from './azure-error.ts';

export function checkApiVersion(
  method: string,
  asked: string | undefined,
  accept: string,
  flavour: 'services' | 'server',
): void {
  const version = asked ?? /api-version=([^;,\s]+)/i.exec(accept)?.[1];
  if (version === undefined) {
    if (method === 'GET' || method === 'OPTIONS') return;
    const message = `No api-version was supplied for the "${method}" request. The version must be supplied either as part of the Accept header (e.g. "application/json; api-version=1.0") or as a query parameter (e.g. "?api-version=1.0").`;
    throw badRequest(message, 'VssVersionNotSpecifiedException');
  }
  const parts = /^(\d+)(?:\.(\d+))?(-preview(?:\.\d+)?)?$/.exec(version);
  if (!parts)
    throw badRequest(`The api-version '${version}' is not valid.`, 'VssVersionNotSpecifiedException');
  const rank = Number(parts[1]) * 100 + Number(parts[2] ?? 0);
  const newest = flavour === 'server' ? 701 : 702;
  if (rank > newest) {
    const message = `The requested REST API version of ${version} is out of range for this server. The latest REST API version this server supports is ${newest === 701 ? '7.1' : '7.2'}.`;
    throw badRequest(message, 'VssVersionOutOfRangeException');
  }
  if (rank === 702 && parts[3] === undefined) {
    const message = `The requested version "${version}" of the resource is under preview. The -preview flag must be supplied in the api-version for such requests.`;
    throw badRequest(message, 'VssInvalidPreviewVersionException');
  }
}
