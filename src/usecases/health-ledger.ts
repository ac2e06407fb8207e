// The health of the definitions that one reading is about: each is read once and written once, however long a
// history the reading brings. It must not decide how health changes.
import type { Clock } from '../clock.ts';
import type { Build } from '../domain/build.ts';
import { type Health, UNKNOWN_HEALTH } from '../domain/health.ts';
import { placedDefinitionKey } from '../domain/place.ts';
import type { HealthRecords } from './ports.ts';

export interface HealthLedgerPorts {
  readonly healths: Pick<HealthRecords, 'find' | 'save'>;
  readonly clock: Clock;
}

export class HealthLedger {
  readonly #ports: HealthLedgerPorts;
  readonly #entries = new Map<string, { readonly build: Build; health: Health; isChanged: boolean }>();

  constructor(ports: HealthLedgerPorts) {
    this.#ports = ports;
  }

  async of(build: Build): Promise<Health> {
    const known = this.#entries.get(placedDefinitionKey(build));
    if (known) return known.health;
    const health = (await this.#ports.healths.find(build, build.branch)) ?? UNKNOWN_HEALTH;
    this.#entries.set(placedDefinitionKey(build), { build, health, isChanged: false });
    return health;
  }

  set(build: Build, health: Health): void {
    this.#entries.set(placedDefinitionKey(build), { build, health, isChanged: true });
  }

  async save(): Promise<void> {
    for (const { build, health, isChanged } of this.#entries.values()) {
      if (isChanged) await this.#ports.healths.save(build, health, this.#ports.clock.now());
    }
  }
}
