import { describe, expect, it } from 'vitest';
import { looksLikeLink, type Organization, organizationOfLink, parseLink } from '../../src/domain/link.ts';

const ORGANIZATIONS: readonly Organization[] = [
  { name: 'contoso', url: 'https://dev.azure.com/contoso' },
  { name: 'Default Collection', url: 'https://tfs.example.com:8443/tfs/Default%20Collection' },
];
const definition = (id: number | string, rest: object = {}) => ({
  kind: 'definition',
  organization: 'contoso',
  project: 'Shop',
  definition: id,
  ...rest,
});
const build = (buildId: number, rest: object = {}) => ({
  kind: 'build',
  organization: 'contoso',
  project: 'Shop',
  buildId,
  ...rest,
});
const problem = (why: string) => ({ kind: 'problem', why });

describe('forms that people paste', () => {
  it.each<[string, object]>([
    ['https://dev.azure.com/contoso/Shop/_build?definitionId=184', definition(184)],
    ['https://dev.azure.com/contoso/Shop/_build?definitionId=184&_a=summary', definition(184)],
    [
      'https://dev.azure.com/contoso/Shop/_build?definitionId=184&branchFilter=refs%2Fheads%2Fmain',
      definition(184, { branch: 'refs/heads/main' }),
    ],
    ['https://dev.azure.com/contoso/Shop/_build?definitionId=184&branchFilter=1,2', definition(184)],
    ['https://dev.azure.com/CONTOSO/Shop/_build?DefinitionId=184', definition(184)],
    ['https://dev.azure.com/contoso/Shop/_build/definition?definitionId=184', definition(184)],
    [
      'https://dev.azure.com/contoso/Shop/_build/latest?definitionId=184&branchName=main',
      definition(184, { branch: 'main' }),
    ],
    ['https://dev.azure.com/contoso/Shop/_build/pipelineSettings?definitionId=184', definition(184)],
    [
      'https://dev.azure.com/contoso/Shop/_apps/hub/ms.vss-build-web.ci-designer-hub?pipelineId=184',
      definition(184),
    ],
    ['https://dev.azure.com/contoso/Shop/_apis/build/Definitions/184?revision=3', definition(184)],
    ['https://dev.azure.com/contoso/Shop/_apis/pipelines/184', definition(184)],
    [
      'https://dev.azure.com/contoso/Shop/_apis/build/status/184?branchName=main',
      definition(184, { branch: 'main' }),
    ],
    [
      'https://dev.azure.com/contoso/Shop/_apis/build/status/payments-ci?branchName=main',
      definition('payments-ci', { branch: 'main' }),
    ],
    [
      'https://dev.azure.com/contoso/Shop/_apis/build/status/folder/payments-ci',
      definition('folder/payments-ci'),
    ],
    ['https://dev.azure.com/contoso/Shop/_build/results?buildId=4242', build(4242)],
    ['https://dev.azure.com/contoso/Shop/_build/results?buildId=4242&view=logs&j=a&t=b', build(4242)],
    ['https://dev.azure.com/contoso/Shop/_build/index?buildId=4242', build(4242)],
    ['https://dev.azure.com/contoso/Shop/_apis/build/Builds/4242', build(4242)],
    ['https://dev.azure.com/contoso/Shop/_apis/pipelines/184/runs/4242', build(4242)],
    [
      'https://dev.azure.com/contoso/_permalink/_build/index?collectionId=x&projectId=e589ca4a&buildId=4242',
      build(4242, { project: 'e589ca4a' }),
    ],
    ['https://contoso.visualstudio.com/Shop/_build/results?buildId=4242', build(4242)],
    ['https://contoso.visualstudio.com/DefaultCollection/Shop/_build?definitionId=184', definition(184)],
    ['https://ada@dev.azure.com/contoso/Shop/_build?definitionId=184', definition(184)],
    [
      'https://dev.azure.com/contoso/My%20Shop%20%C3%A9/_build?definitionId=184',
      definition(184, { project: 'My Shop é' }),
    ],
    ['<https://dev.azure.com/contoso/Shop/_build?definitionId=184>', definition(184)],
    ['(https://dev.azure.com/contoso/Shop/_build?definitionId=184).', definition(184)],
    [
      'https://tfs.example.com:8443/tfs/default%20collection/Shop/_build?definitionId=184',
      definition(184, { organization: 'Default Collection' }),
    ],
    ['vstfs:///Build/Build/4242', { kind: 'build', buildId: 4242 }],
    [
      'https://dev.azure.com/contoso/web/build.aspx?pcguid=1&builduri=vstfs%3a%2f%2f%2fBuild%2fBuild%2f4242',
      { kind: 'build', organization: 'contoso', buildId: 4242 },
    ],
    [
      'https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fdev.azure.com%2Fcontoso%2FShop%2F_build%2Fresults%3FbuildId%3D4242&data=x',
      build(4242),
    ],
  ])('%s', (link, expected) => {
    expect(parseLink(link, ORGANIZATIONS)).toEqual(expected);
  });
});

describe('links that cannot be used', () => {
  it.each<[string, string]>([
    ['https://dev.azure.com/contoso/Shop/_release?releaseId=3', 'release'],
    ['https://dev.azure.com/contoso/Shop/_releaseProgress?releaseId=3', 'release'],
    ['https://dev.azure.com/contoso/Shop/_git/payments', 'not-a-pipeline'],
    ['https://dev.azure.com/contoso/Shop/_build', 'not-a-pipeline'],
    ['https://dev.azure.com/contoso/Shop/_build?definitionId=0', 'not-a-pipeline'],
    ['https://dev.azure.com/contoso/Shop/_build?definitionId=1e3', 'not-a-pipeline'],
    ['https://dev.azure.com/contoso/_build?definitionId=184', 'project-missing'],
    ['vstfs:///Build/Definition/184', 'project-missing'],
    ['https://dev.azure.com/contoso-evil/Shop/_build?definitionId=184', 'organization-unknown'],
    ['https://dev.azure.com.evil.example/contoso/Shop/_build?definitionId=184', 'organization-unknown'],
    ['https://dev.azure.com@evil.example/contoso/Shop/_build?definitionId=184', 'organization-unknown'],
    ['https://dev.azure.com:8443/contoso/Shop/_build?definitionId=184', 'organization-unknown'],
    ['http://dev.azure.com/contoso/Shop/_build?definitionId=184', 'organization-unknown'],
    ['https://evilcontoso.visualstudio.com/Shop/_build?definitionId=184', 'organization-unknown'],
    ['https://dev.azure.com/contoso/../evil/Shop/_build?definitionId=184', 'organization-unknown'],
    [
      'https://evil.example/?url=https://dev.azure.com/contoso/Shop/_build?definitionId=184',
      'organization-unknown',
    ],
    ['https://x.safelinks.protection.outlook.com/?url=javascript:alert(1)', 'not-a-link'],
    ['https://dev.azure.com/%E0%A4%A/Shop/_build?definitionId=184', 'organization-unknown'],
    ['javascript:alert(1)', 'not-a-link'],
    [`https://dev.azure.com/contoso/${'a'.repeat(3_000)}`, 'not-a-link'],
  ])('%s', (link, why) => {
    expect(parseLink(link, ORGANIZATIONS)).toEqual(problem(why));
  });
});

it('tells links from names', () => {
  expect(['https://x', '<http://x>', 'VSTFS:///Build/Build/1'].map(looksLikeLink)).toEqual([
    true,
    true,
    true,
  ]);
  expect(['payments', 'httpservice', 'ftp://x', ''].map(looksLikeLink)).toEqual([false, false, false, false]);
});

describe('the organisation of a link where none is configured', () => {
  it.each<[string, string | undefined]>([
    ['https://dev.azure.com/contoso/Shop/_build?definitionId=184', 'https://dev.azure.com/contoso'],
    ['<https://me@dev.azure.com/contoso/My%20Shop/_build?definitionId=184>', 'https://dev.azure.com/contoso'],
    [
      'https://contoso.visualstudio.com/DefaultCollection/Shop/_build?definitionId=184',
      'https://dev.azure.com/contoso',
    ],
    [
      'https://tfs.example.com:8443/tfs/Main/Shop/_apis/build/Definitions/7',
      'https://tfs.example.com:8443/tfs/Main',
    ],
    [
      'https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fdev.azure.com%2Fcontoso%2FShop%2F_build%3FdefinitionId%3D184',
      'https://dev.azure.com/contoso',
    ],
    ['https://tfs.example.com/Shop/_build?definitionId=7', undefined],
    ['https://dev.azure.com/_build?definitionId=7', undefined],
    ['https://dev.azure.com/contoso/Shop', undefined],
    ['payments', undefined],
  ])('%s', (link, home) => expect(organizationOfLink(link)).toBe(home));
});
