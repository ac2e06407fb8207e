// Gates that would wait for themselves: the run that asks is a run of its own base, or the bases of services lead back
// to where they began. Pure; it looks at the catalog and at what was read, and asks nobody.
import { phaseOf } from './build.ts';
import type { BaseAssessment, GateCycle } from './gate.ts';
import { isSameDefinition, type Service, type ServiceCatalog } from './service.ts';

/**
 * The circle that a gate of the service is part of; undefined when there is none.
 * @param caller the run that asks, when it is known; run ids are unique in one organisation, so a service that says
 * where it is built is compared with bases of that organisation only
 */
export function findGateCycle(
  catalog: Pick<ServiceCatalog, 'services'>,
  service: Service,
  caller: { readonly buildId?: number; readonly assessments: readonly BaseAssessment[] },
): GateCycle | undefined {
  const own = caller.assessments.find((assessment) => isOwnRun(service, assessment, caller.buildId));
  if (own) return { base: own.base.name, services: [service.name] };
  const { build } = service;
  const itself = build && service.bases.find((base) => isSameDefinition(base.definition, build));
  if (itself) return { base: itself.name, services: [service.name] };
  return findCircle(catalog, service);
}

function isOwnRun(service: Service, assessment: BaseAssessment, buildId: number | undefined): boolean {
  const { base, readiness, commitBuilds = [], failure } = assessment;
  if (buildId === undefined) return false;
  if (service.build && service.build.organization !== base.definition.organization) return false;
  const known = [readiness, ...(failure?.lastKnown ? [failure.lastKnown] : [])];
  const builds = [...known.flatMap((each) => [each.build, each.runningBuild]), ...commitBuilds];
  // A run that has ended waits nowhere: a release names the one whose files it ships.
  return builds.some((build) => build?.id === buildId && phaseOf(build) !== 'ended');
}

/** The shortest way from the service over what builds its bases back to itself; each service is looked at once. */
function findCircle({ services }: Pick<ServiceCatalog, 'services'>, start: Service): GateCycle | undefined {
  const seen = new Set<string>();
  let ways = start.bases.map((base) => ({ base, at: base, services: [start.name] }));
  while (ways.length > 0) {
    const next: typeof ways = [];
    for (const way of ways) {
      for (const builder of services) {
        if (!builder.build || !isSameDefinition(builder.build, way.at.definition)) continue;
        if (builder.name === start.name) return { base: way.base.name, services: way.services };
        if (seen.has(builder.name)) continue;
        seen.add(builder.name);
        next.push(...builder.bases.map((at) => ({ ...way, at, services: [...way.services, builder.name] })));
      }
    }
    ways = next;
  }
  return undefined;
}
