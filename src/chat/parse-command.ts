// Reads what a person typed: a command with its words, a plain question about readiness, or just a name. Pure;
// works on whole words and without backtracking expressions, since anybody can type anything.
import { looksLikeLink } from '../domain/link.ts';
import { nearestNames } from '../domain/service.ts';
import { splitWords } from './split-words.ts';

export const MAX_TEXT_LENGTH = 2_000;

export type Parsed =
  | { readonly kind: 'command'; readonly name: string; readonly words: readonly string[] }
  | { readonly kind: 'unknown'; readonly typed: string; readonly suggestions: readonly string[] }
  | { readonly kind: 'several-branches'; readonly subject: string; readonly branches: readonly string[] }
  | { readonly kind: 'empty' }
  | { readonly kind: 'too-long' };

export interface Vocabulary {
  /** Command names and aliases, with the command that each stands for. */
  readonly commands: ReadonlyMap<string, string>;
  readonly isSubject: (word: string) => boolean;
  /** Commands to which words like "on" mean something, so that they are left where they stand. */
  readonly readsMarkers?: (name: string) => boolean;
}

/** Words that carry nothing in a question: "is the base ready for payments on develop?" */
const FILLERS = new Set(
  (
    'is are was the a an base bases pipeline image build my our its it now yet already still please ready ok okay green good ' +
    'or and not can could i we you tell me us do does to on in branch at for of about what whats why how status state hey hi hello'
  ).split(' '),
);
const QUESTION_WORDS = new Set(['ready', 'ok', 'okay', 'green']);
const BRANCH_MARKERS = new Set(['on', 'branch', 'at', 'in']);
const CONNECTORS = new Set(['or', 'and', '&']);

/** Parses the text of a message from which the bot's own mentions have been taken out. */
export function parseCommand(text: string, vocabulary: Vocabulary): Parsed {
  if (text.length > MAX_TEXT_LENGTH) return { kind: 'too-long' };
  const words = splitWords(text);
  const [first, ...rest] = words;
  if (first === undefined) return { kind: 'empty' };
  const name = vocabulary.commands.get(first.toLowerCase().replace(/^\//, ''));
  if (name !== undefined && !isQuestionWhy(words)) {
    return { kind: 'command', name, words: vocabulary.readsMarkers?.(name) ? rest : dropMarkers(rest) };
  }
  const question = parseQuestion(words, vocabulary);
  if (question) return question;
  if (words.length <= 2 && (vocabulary.isSubject(first) || looksLikeLink(first))) {
    return { kind: 'command', name: 'status', words };
  }
  const typed = first.slice(0, 60);
  return { kind: 'unknown', typed, suggestions: nearestNames([...vocabulary.commands.keys()], typed) };
}

/** `status payments on develop` means `status payments develop`. */
function dropMarkers(words: readonly string[]): string[] {
  return words.filter(
    (word, index) => index === 0 || index === words.length - 1 || !BRANCH_MARKERS.has(word.toLowerCase()),
  );
}

/** "is base ready for payments on develop?"; without a name it is about all of them. */
function parseQuestion(words: readonly string[], vocabulary: Vocabulary): Parsed | undefined {
  // "ok" alone is no question.
  if (words.length < 2 || !words.some((word) => QUESTION_WORDS.has(word.toLowerCase()))) return undefined;
  const subjectAt = words.findIndex((word) => vocabulary.isSubject(word) || looksLikeLink(word));
  const forAt = words.findIndex((word) => word.toLowerCase() === 'for');
  const at = subjectAt >= 0 ? subjectAt : firstMeaningful(words, forAt + 1);
  const subject = words[at];
  if (subject === undefined) return { kind: 'command', name: 'status', words: [] };
  const branches = branchesIn(words, (index) => index === at || vocabulary.isSubject(words[index] ?? ''));
  if (branches.length > 1) return { kind: 'several-branches', subject, branches };
  return { kind: 'command', name: 'status', words: [subject, ...branches] };
}

/** The words after "on", with those that "or" and "and" add to them; each once. */
function branchesIn(words: readonly string[], isTaken: (index: number) => boolean): string[] {
  const branches = new Set<string>();
  for (const [index, word] of words.entries()) {
    if (isTaken(index) || !isBranchAt(words, index)) continue;
    branches.add(word);
    for (const more of listedAfter(words, index, isTaken)) branches.add(more);
  }
  return [...branches];
}

/** "main, develop or release": what follows `main`, as far as connectors join it. */
function listedAfter(words: readonly string[], start: number, isTaken: (index: number) => boolean): string[] {
  const listed: string[] = [];
  let unjoined: string[] = [];
  for (let index = start + 1; index < words.length; index++) {
    const word = words[index] ?? '';
    if (CONNECTORS.has(word.toLowerCase())) continue;
    if (isTaken(index) || FILLERS.has(word.toLowerCase())) break;
    unjoined.push(word);
    if (!CONNECTORS.has(words[index - 1]?.toLowerCase() ?? '')) continue;
    listed.push(...unjoined);
    unjoined = [];
  }
  return listed;
}

/** "why is payments not ready?" asks for the verdict and its reason; "why payments", for the record. */
function isQuestionWhy(words: readonly string[]): boolean {
  return (
    words[0]?.toLowerCase() === 'why' &&
    words.length > 2 &&
    words.some((word) => QUESTION_WORDS.has(word.toLowerCase()))
  );
}

function firstMeaningful(words: readonly string[], from: number): number {
  return words.findIndex((word, index) => index >= from && !FILLERS.has(word.toLowerCase()));
}

function isBranchAt(words: readonly string[], index: number): boolean {
  const before = words[index - 1]?.toLowerCase() ?? '';
  const word = words[index]?.toLowerCase() ?? '';
  if (!BRANCH_MARKERS.has(before) || BRANCH_MARKERS.has(word)) return false;
  return !['the', 'a', 'my', 'our'].includes(word);
}
