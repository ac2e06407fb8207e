// Reads lists of builds page by page, always in the same explicit order. It must not follow pages for ever, nor
// take a list that was not asked for as the answer.
import type { Build } from '../domain/build.ts';
import { isGuid } from '../domain/guid.ts';
import { ANY_BRANCH } from '../domain/place.ts';
import { PipeBotError } from '../errors.ts';
import type { BuildsTarget, Reading } from '../usecases/ports.ts';
import type { AzureClient } from './azure-client.ts';
import { invalidResponse, type JsonObject, readList } from './json-object.ts';
import { type BuildSource, isDeleted, toBuild } from './to-build.ts';

export interface ListCall {
  readonly client: AzureClient;
  readonly target: BuildsTarget;
  readonly query: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/**
 * Pages in order of queueing, newest first, until there are no more, `isEnough`, or the most pages are read.
 * `isCut`: there were more pages, and what was read is not enough.
 * @throws PipeBotError `azure-*`
 */
export async function readPages(
  call: ListCall,
  mostPages: number,
  isEnough: (builds: readonly Build[]) => boolean,
): Promise<Reading & { readonly isCut: boolean }> {
  const builds: Build[] = [];
  const seenTokens = new Set<string>();
  let observedAt = Number.POSITIVE_INFINITY;
  let token: string | undefined;
  for (let page = 0; page < mostPages; page++) {
    const list = await readPage(call, token);
    builds.push(...list.builds);
    observedAt = Math.min(observedAt, list.observedAt);
    token = list.continuationToken;
    if (token === undefined || isEnough(builds)) return { builds, observedAt, isCut: false };
    if (seenTokens.has(token)) break;
    seenTokens.add(token);
  }
  // "There are none" would not be known.
  if (builds.length === 0) throw invalidList(call.target, 'a list of builds has no end');
  return { builds, observedAt, isCut: true };
}

/** One page. @throws PipeBotError `azure-*` */
export async function readPage(
  { client, target, query, signal }: ListCall,
  token?: string,
): Promise<Reading & { readonly continuationToken?: string }> {
  const answer = await client.get(
    {
      project: target.project,
      resource: 'builds',
      path: 'builds',
      query: {
        definitions: target.definitionIds.join(','),
        ...(target.branch === ANY_BRANCH ? {} : { branchName: target.branch }),
        // Without an order finished builds come first, and `$top` hides the running one.
        queryOrder: 'queueTimeDescending',
        deletedFilter: 'excludeDeleted',
        ...repositoryQuery(target),
        ...query,
        ...(token === undefined ? {} : { continuationToken: token }),
      },
      read: (body) => readBuilds(body, target, { ...target, organizationUrl: client.organization.url }),
    },
    signal,
  );
  const { value: builds, ...rest } = answer;
  return { builds, ...rest };
}

/**
 * The API takes the repository's id only together with its type (Builds - List, 7.1), and a wrong type finds
 * nothing. Only a GUID tells its type: `owner/name` may be of GitHub, GitHub Enterprise or Bitbucket.
 * Of several definitions not each may be of the same repository, so their builds are sorted out here.
 */
function repositoryQuery({
  definitionIds: [id, ...others],
  repositoryIds,
}: BuildsTarget): Record<string, string> {
  const repositoryId = id === undefined || others.length > 0 ? undefined : repositoryIds?.[id];
  return repositoryId !== undefined && isGuid(repositoryId) ? { repositoryId, repositoryType: 'TfsGit' } : {};
}

/** A list with a build that was not asked for is no answer to the question: the filter may have been lost. */
function readBuilds(body: JsonObject, target: BuildsTarget, source: BuildSource): Build[] {
  const rows = readList(body, 'the list of builds').filter((row) => !isDeleted(row));
  const builds = rows.map((row) => toBuild(row, source));
  for (const { id, definitionId, branch } of builds) {
    if (!target.definitionIds.includes(definitionId)) {
      throw invalidResponse(`build ${id} is of definition ${definitionId}, which was not asked for`);
    }
    if (branch !== target.branch && target.branch !== ANY_BRANCH)
      throw invalidResponse(`build ${id} is of ${branch}, not of ${target.branch}`);
  }
  return builds;
}

export function invalidList(target: BuildsTarget, detail: string): PipeBotError {
  const subject = `${target.organization}/${target.project}`;
  return new PipeBotError('azure-invalid-response', { subject, detail });
}
