// Keeps the builds of an organisation so that one, those of a definition and those of a project are found without
// looking through all: benches hold tens of thousands. Must not choose among them by anything else.
import type { BuildState, DefinitionState, ProjectState } from './organization-state.ts';

export class BuildStore {
  readonly #byId = new Map<number, BuildState>();
  readonly #byDefinition = new Map<DefinitionState, BuildState[]>();
  readonly #lastNumbers = new Map<string, number>();
  #lastId = 4200;

  get lastId(): number {
    return this.#lastId;
  }

  add(build: BuildState): void {
    if (this.#byId.has(build.id)) throw new Error(`build ${build.id} exists already`);
    this.#byId.set(build.id, build);
    const own = this.#byDefinition.get(build.definition);
    if (own) own.push(build);
    else this.#byDefinition.set(build.definition, [build]);
    this.#lastId = Math.max(this.#lastId, build.id);
    this.#noteNumber(build);
  }

  find(id: number): BuildState | undefined {
    return this.#byId.get(id);
  }

  /** In the order in which they were added. */
  ofDefinition(definition: DefinitionState): readonly BuildState[] {
    return this.#byDefinition.get(definition) ?? [];
  }

  /** Those of one definition after the other; of all when no ids are given. */
  ofProject(project: ProjectState, definitionIds?: ReadonlySet<number>): BuildState[] {
    return [...this.#byDefinition].flatMap(([definition, builds]) =>
      definition.project === project && (definitionIds?.has(definition.id) ?? true) ? builds : [],
    );
  }

  /** Azure's default format: the day, and a counter per definition and day. */
  nextNumber(definition: DefinitionState, now: number): string {
    const day = new Date(now).toISOString().slice(0, 10).replaceAll('-', '');
    return `${day}.${(this.#lastNumbers.get(`${definition.id}/${day}`) ?? 0) + 1}`;
  }

  #noteNumber({ definition, buildNumber }: BuildState): void {
    const [day = '', counter = ''] = buildNumber.split('.');
    const key = `${definition.id}/${day}`;
    this.#lastNumbers.set(key, Math.max(this.#lastNumbers.get(key) ?? 0, Number(counter) || 0));
  }
}
