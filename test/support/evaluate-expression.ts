// Evaluates what stands between ${{ and }} in a template: parameters, variables, texts and a few functions. It refuses
// whatever else the language has. Facts: learn.microsoft.com, Azure Pipelines, expressions.

export interface CompileTimeValues {
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Those that are known before a run starts. */
  readonly variables: Readonly<Record<string, string>>;
}

const TOKEN = /\s*(?:'((?:[^']|'')*)'|([A-Za-z][\w.]*)|([(),[\]]))/y;
const FUNCTIONS: Readonly<Record<string, (values: readonly unknown[]) => unknown>> = {
  replace: ([text, from, to]) => String(text).replaceAll(String(from), () => String(to)),
  coalesce: (values) => values.find((value) => value !== undefined && value !== '') ?? '',
  // Texts are compared without regard to case.
  eq: ([left, right]) => String(left).toLowerCase() === String(right).toLowerCase(),
  ne: ([left, right]) => String(left).toLowerCase() !== String(right).toLowerCase(),
};

type Token = { readonly kind: 'text' | 'word' | 'sign'; readonly text: string };

export function evaluateExpression(expression: string, values: CompileTimeValues): unknown {
  const tokens = tokensOf(expression.trim());
  const value = readValue(tokens, values);
  if (tokens.length > 0) throw new Error(`"${expression.trim()}" goes on where it should end`);
  return value;
}

function tokensOf(expression: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < expression.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(expression);
    if (!match) throw new Error(`"${expression.slice(at)}" is not known`);
    const [, text, word, sign] = match;
    if (text !== undefined) tokens.push({ kind: 'text', text: text.replaceAll("''", "'") });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else tokens.push({ kind: 'sign', text: sign ?? '' });
  }
  return tokens;
}

function readValue(tokens: Token[], values: CompileTimeValues): unknown {
  const token = tokens.shift();
  if (token?.kind === 'text') return token.text;
  if (token?.kind !== 'word') throw new Error(`"${token?.text ?? 'nothing'}" stands where a value should`);
  if (isSign(tokens[0], '(')) return call(token.text, tokens, values);
  if (token.text === 'variables') {
    take(tokens, '[');
    const name = String(readValue(tokens, values));
    take(tokens, ']');
    return values.variables[name] ?? '';
  }
  const [room, name = '', ...more] = token.text.split('.');
  if (room !== 'parameters' || more.length > 0 || !(name in values.parameters))
    throw new Error(`${token.text} is not known`);
  return values.parameters[name];
}

function call(name: string, tokens: Token[], values: CompileTimeValues): unknown {
  const known = FUNCTIONS[name];
  if (!known) throw new Error(`the function ${name} is not known`);
  const given: unknown[] = [];
  do {
    tokens.shift();
    given.push(readValue(tokens, values));
  } while (isSign(tokens[0], ','));
  take(tokens, ')');
  return known(given);
}

function isSign(token: Token | undefined, sign: string): boolean {
  return token?.kind === 'sign' && token.text === sign;
}

function take(tokens: Token[], sign: string): void {
  if (!isSign(tokens.shift(), sign)) throw new Error(`a ${sign} is missing`);
}
