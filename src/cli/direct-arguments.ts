// Reads what asking Azure DevOps without a PipeBot needs: which pipeline on which branches, and with which token. It
// must not send anything.

import type { AzureOrganization, Credentials } from '../azure-devops/pipelines.ts';
import { normalizeOrganizationUrl, organizationName } from '../config/organization-url.ts';
import { toBranchRef } from '../domain/branch.ts';
import { organizationOfLink, parseLink } from '../domain/link.ts';
import { remarkSentence } from '../text/remark.ts';
import type { PolledGate } from '../usecases/poll-gate.ts';
import {
  type GateEnvironment,
  invalid,
  isUnset,
  type Problem,
  type ReadWords,
  readSecretVariable,
} from './gate-arguments.ts';

/** A question to Azure DevOps itself. */
export interface DirectQuestion {
  readonly way: 'direct';
  readonly organization: AzureOrganization;
  readonly gate: PolledGate;
  readonly isJson: boolean;
}

interface Base {
  readonly organizationUrl: string;
  readonly project: string;
  readonly definition: number | string;
  readonly branch?: string;
}

type DirectWords = ReadWords & { readonly subject: string | undefined };

export function readDirectQuestion(read: DirectWords): DirectQuestion | Problem {
  const { values, environment, common } = read;
  const base = read.subject === undefined ? readBaseOptions(read) : readBaseLink(read, read.subject);
  if ('problem' in base) return base;
  const branches = readBranches(read, base);
  if ('problem' in branches) return branches;
  const credentials = readCredentials(environment);
  if ('problem' in credentials) return credentials;
  const name = organizationName(base.organizationUrl) ?? '';
  const repositoryId = values.get('repository');
  return {
    way: 'direct',
    organization: { name, url: base.organizationUrl, credentials },
    gate: {
      organization: name,
      project: base.project,
      definition: base.definition,
      branches: branches.refs,
      policy: common.policy,
      ...(repositoryId === undefined ? {} : { repositoryId }),
      ...(common.commit === undefined ? {} : { commit: common.commit }),
    },
    isJson: common.isJson,
  };
}

function readBaseOptions({ values, environment }: DirectWords): Base | Problem {
  const organization = values.get('organization') ?? variable(environment, 'SYSTEM_COLLECTIONURI');
  const organizationUrl = normalizeOrganizationUrl(organization ?? '', true);
  if (organizationUrl === undefined)
    return {
      problem: `${organization === undefined ? 'Say in which organisation the base pipeline is.' : 'The organisation has to be an https address without a token in it.'} Example: --organization https://dev.azure.com/contoso`,
    };
  const project = values.get('project') ?? variable(environment, 'SYSTEM_TEAMPROJECT');
  if (project === undefined)
    return { problem: 'Say in which project the base pipeline is. Example: --project Shop' };
  const text = values.get('definition') ?? '';
  const definition = /^[1-9]\d{0,9}$/.test(text) ? Number(text) : text;
  return { organizationUrl, project, definition };
}

function readBaseLink({ values }: DirectWords, link: string): Base | Problem {
  const double = ['organization', 'project', 'definition'].find((name) => values.has(name));
  if (double !== undefined)
    return { problem: `The address names the pipeline already; leave --${double} out.` };
  const organizationUrl = normalizeOrganizationUrl(organizationOfLink(link) ?? '', true);
  const name = organizationUrl === undefined ? undefined : organizationName(organizationUrl);
  const example = 'Example: pipebot gate https://dev.azure.com/contoso/Shop/_build?definitionId=183';
  if (organizationUrl === undefined || name === undefined)
    return { problem: `The address does not lead to a pipeline of an organisation over https. ${example}` };
  const parsed = parseLink(link, [{ name, url: organizationUrl }]);
  if (parsed.kind === 'definition') return { ...parsed, organizationUrl };
  if (parsed.kind === 'build')
    return {
      problem: `The address leads to one run; give that of the pipeline, which shows its runs. ${example}`,
    };
  return { problem: `${remarkSentence({ code: 'link-unusable', why: parsed.why, link }, 0)} ${example}` };
}

/** The one that is asked about, and those that answer when the base has no run on it. */
function readBranches(
  { lists, common }: DirectWords,
  base: Base,
): { readonly refs: readonly [string, ...string[]] } | Problem {
  const first = common.branch ?? toBranchRef(base.branch ?? '') ?? common.runBranch;
  if (first === undefined)
    return { problem: 'Say which branch of the base counts. Example: --branch develop' };
  const fallbacks = (lists.get('fallback-branch') ?? []).map(toBranchRef);
  if (fallbacks.includes(undefined))
    return invalid('fallback-branch', 'is not a branch name that git accepts');
  return { refs: [first, ...fallbacks.filter((ref) => ref !== undefined)] };
}

/** A person's token goes before the job's own, since whoever sets one means it. */
function readCredentials(environment: GateEnvironment): Credentials | Problem {
  const pat = readSecretVariable(environment, 'AZURE_DEVOPS_PAT');
  if (pat !== undefined) return 'problem' in pat ? pat : { kind: 'pat', token: pat };
  const token = readSecretVariable(environment, 'SYSTEM_ACCESSTOKEN');
  if (token !== undefined) return 'problem' in token ? token : { kind: 'entra', getToken: async () => token };
  return {
    problem:
      'There is no token for Azure DevOps. Put one with the scope Build (read) into the environment as AZURE_DEVOPS_PAT; in a pipeline the job’s own will do: env: { SYSTEM_ACCESSTOKEN: $(System.AccessToken) }',
  };
}

function variable(environment: GateEnvironment, name: string): string | undefined {
  const value = environment[name]?.trim() ?? '';
  return value === '' || isUnset(value) ? undefined : value;
}
