// A value that cannot be printed by accident: logs, JSON and string templates show [redacted].

export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself; call it only where it leaves for its one destination. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '[redacted]';
  }

  toJSON(): string {
    return '[redacted]';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[redacted]';
  }
}

/** The form of a key to encrypt with: 32 bytes in base64, as `openssl rand -base64 32` prints them. */
export const ENCRYPTION_KEY = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/;
