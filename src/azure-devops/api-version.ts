// Finds the api-version that a server speaks: Azure DevOps Server is often older than Services. It must not
// take addresses from the server's answer: requests go to the configured organisation and nowhere else.
import { invalidResponse, isId, isJsonObject, type JsonObject, readList, readText } from './json-object.ts';

/** `others` are the resources that are not negotiated: a server has released them all together with its builds. */
export type ApiResource = 'builds' | 'definitions' | 'others';
export type ApiVersions = Readonly<Record<ApiResource, string>>;

type NegotiatedResource = Exclude<ApiResource, 'others'>;

const WANTED = '7.1';
/** Location ids of the two resources (azure-devops-node-api 17.0.1, BuildApi). */
const LOCATION_IDS: Readonly<Record<NegotiatedResource, string>> = {
  builds: '0cd358e1-9217-4d94-8269-1c1ee6f93dcf',
  definitions: 'dbeaf647-6167-421a-bda9-c9327b25e2e6',
};

/**
 * The versions to ask with, from the answer to `OPTIONS {organisation}/_apis/build`: 7.1, or the newest
 * released one of an older server. @throws PipeBotError azure-invalid-response
 */
export function negotiateApiVersions(body: JsonObject): ApiVersions {
  const locations = readList(body, 'the list of APIs');
  const versionOf = (resource: NegotiatedResource) => {
    const found = locations.find((location) => hasId(location, LOCATION_IDS[resource]));
    if (!isJsonObject(found)) throw invalidResponse(`the server names no API for ${resource}`);
    return negotiate(found, resource);
  };
  const builds = versionOf('builds');
  // The number behind `-preview` is each resource's own; without it the server takes its newest.
  const others = builds.replace(/-preview\.\d+$/, '-preview');
  return { builds, definitions: versionOf('definitions'), others };
}

function hasId(location: unknown, id: string): boolean {
  const given = isJsonObject(location) ? location['id'] : undefined;
  return typeof given === 'string' && given.toLowerCase() === id;
}

function negotiate(location: JsonObject, resource: NegotiatedResource): string {
  const released = readVersion(location, 'releasedVersion', resource);
  if (Number(released) >= Number(WANTED)) return WANTED;
  if (Number(released) > 0) return released;
  const newest = readVersion(location, 'maxVersion', resource);
  const revision = location['resourceVersion'];
  return isId(revision) ? `${newest}-preview.${revision}` : `${newest}-preview`;
}

function readVersion(location: JsonObject, field: string, resource: NegotiatedResource): string {
  const what = `the API for ${resource}`;
  const text = readText(location, field, what);
  if (!/^\d{1,3}\.\d{1,3}$/.test(text)) throw invalidResponse(`${what} has no valid ${field}`);
  return text;
}
