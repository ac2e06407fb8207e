// The shape in which every reader of the configuration tells its mistakes. No logic.

/** One configuration mistake: where, what is wrong, and what would be right. Never shows a secret. */
export interface ConfigProblem {
  readonly where: string;
  readonly wrong: string;
  readonly example: string;
}

export type Parsed<Value> = { readonly value: Value } | { readonly problems: readonly ConfigProblem[] };
