// What OPTIONS tells about each API: with it Microsoft's client builds its addresses and lowers its api-version.
// Must list only what the stand-in has routes for.

interface ResourceLocation {
  readonly id: string;
  readonly resourceName: string;
  readonly routeTemplate: string;
  readonly resourceVersion: number;
}

const PLAN = '{scopeIdentifier}/_apis/{area}/hubs/{hubName}/plans/{planId}';
const BUILD = '{project}/_apis/{area}/builds/{buildId}';

function toLocation(
  id: string,
  resourceName: string,
  routeTemplate: string,
  resourceVersion: number,
): ResourceLocation {
  return { id, resourceName, routeTemplate, resourceVersion };
}

const LOCATIONS: Readonly<Record<string, readonly ResourceLocation[]>> = {
  location: [
    toLocation('e81700f7-3be2-46de-8624-2eb35882fcaa', 'ResourceAreas', '_apis/{resource}/{areaId}', 1),
    toLocation('00d9565f-ed9c-4a06-9a50-00e7896ccab4', 'ConnectionData', '_apis/{resource}', 1),
  ],
  core: [toLocation('603fe2ac-9723-48b9-88ad-09305aa6c6e1', 'projects', '_apis/{resource}/{*projectId}', 4)],
  build: [
    toLocation(
      '0cd358e1-9217-4d94-8269-1c1ee6f93dcf',
      'Builds',
      '{project}/_apis/{area}/{resource}/{buildId}',
      7,
    ),
    toLocation(
      'dbeaf647-6167-421a-bda9-c9327b25e2e6',
      'Definitions',
      '{project}/_apis/{area}/{resource}/{definitionId}',
      7,
    ),
    toLocation('8baac422-4c6e-4de5-8532-db96d92acffa', 'Timeline', `${BUILD}/{resource}/{timelineId}`, 3),
    toLocation('35a80daf-7f30-45fc-86e8-6b813d9c90df', 'logs', `${BUILD}/{resource}/{logId}`, 2),
    toLocation('54572c7b-bbd3-45d4-80dc-28be08941620', 'changes', `${BUILD}/{resource}`, 2),
  ],
  distributedtask: [
    toLocation(
      '5cecd946-d704-471e-a45f-3b4064fcfaba',
      'plans',
      '{scopeIdentifier}/_apis/{area}/hubs/{hubName}/{resource}/{planId}',
      2,
    ),
    toLocation('83597576-cc2c-453c-bea6-2882ae6a1653', 'timelines', `${PLAN}/{resource}/{timelineId}`, 2),
    toLocation(
      '8893bc5b-35b2-4be7-83cb-99e683551db4',
      'records',
      `${PLAN}/timelines/{timelineId}/{resource}`,
      2,
    ),
    toLocation(
      '858983e4-19bd-4c5e-864c-507b59b58b12',
      'feed',
      `${PLAN}/timelines/{timelineId}/records/{recordId}/{resource}`,
      1,
    ),
    toLocation('46f5667d-263a-4684-91b1-dff7fdcf64e2', 'logs', `${PLAN}/{resource}/{logId}`, 1),
  ],
};

/** Azure DevOps Server ends at 7.1; Services has 7.2 in preview. */
export function listResourceLocations(area: string, flavour: 'services' | 'server'): readonly unknown[] {
  const locations = LOCATIONS[area.toLowerCase()] ?? [];
  const maxVersion = flavour === 'server' ? '7.1' : '7.2';
  return locations.map((location) => ({
    area,
    minVersion: '1.0',
    maxVersion,
    releasedVersion: '7.1',
    ...location,
  }));
}

export const RESOURCE_AREAS: readonly { readonly id: string; readonly name: string }[] = [
  { id: '965220d5-5bb9-42cf-8d67-9b146df2a5a4', name: 'build' },
  { id: '79134c72-4a58-4b42-976c-04e7115f32bf', name: 'core' },
  { id: 'a85b8835-c1a1-4aac-ae97-1c3d0ba72dbd', name: 'distributedtask' },
];
