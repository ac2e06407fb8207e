// The cards about gates: who waits and what is held, with a button to release each; a hold placed or ended; one gate
// let through. Whether a click is allowed is asked when it comes.
import type { Content, OpenGate } from '../domain/content.ts';
import type { HoldRecord } from '../domain/hold.ts';
import {
  becauseText,
  callerText,
  explainHoldContent,
  explainReleased,
  gateDetail,
  gateReason,
  gatesTitle,
  holdDetail,
  holdTitle,
  releasedTitle,
  whoText,
} from '../text/hold.ts';
import { branchText, capital, plainText } from '../text/plain.ts';
import { commandButton, idWord, linkButton, nameWord } from './buttons.ts';
import type { TemplateData, TemplateValue } from './expand-template.ts';
import { clockText, joined, momentText, safeLink } from './markup.ts';
import { type Fact, fact } from './status-card.ts';
import { DONE_TONE, HELD_TONE } from './tone.ts';

type Gates = Extract<Content, { kind: 'gates' }>;
type HoldContent = Extract<Content, { kind: 'hold' }>;
type Released = Extract<Content, { kind: 'released' }>;

const MAX_ROWS = 15;

/** Data of templates/gates.json. `isCompact` shows the names alone. */
export function gatesData(content: Gates, isCompact: boolean): TemplateData {
  const { gates, holds, typed, at } = content;
  const sections = [
    section(holds.length > 0 ? 'Waiting' : '', gates, (gate) => gateRow(gate, at, isCompact)),
    section('Held', holds, (hold) => holdRow(hold, at, isCompact)),
  ];
  return {
    title: gatesTitle(content),
    isEmpty: gates.length + holds.length === 0,
    empty: 'Nothing is held.',
    sections: sections.filter(({ rows }) => rows.length > 0),
    commands: typed === undefined ? [] : commandButton('All gates', 'gates'),
  };
}

function section<Item>(title: string, items: readonly Item[], toRow: (item: Item) => TemplateData) {
  const hidden = items.length - MAX_ROWS;
  return {
    ...{ title, hasTitle: title !== '', rows: items.slice(0, MAX_ROWS).map(toRow) },
    ...{ hasMore: hidden > 0, more: `and ${hidden} more` },
  };
}

function gateRow(gate: OpenGate, now: number, isCompact: boolean): TemplateData {
  const link = safeLink(gate.caller?.url);
  // Who is held waits for a person, whatever the base does.
  const isForBase = gate.decision?.reason === 'base-running';
  const expectedEndAt = isForBase ? gate.decision?.assessment.readiness.expectedEndAt : undefined;
  const reason = gateReason(gate, now);
  const expected: TemplateValue =
    expectedEndAt === undefined || expectedEndAt <= now
      ? reason
      : joined(`${reason} Expected to end at `, clockText(expectedEndAt), '.');
  return {
    ...{ name: callerText(gate), hasText: !isCompact, text: isCompact ? '' : gateDetail(gate, now) },
    ...{ hasReason: !isCompact, reason: isCompact ? '' : expected },
    open: link ? [{ url: link }] : [],
    ...buttons(commandButton('Release', 'release', idWord(gate.id)), isCompact),
  };
}

function holdRow(hold: HoldRecord, now: number, isCompact: boolean): TemplateData {
  return {
    ...{ name: plainText(hold.service), hasText: !isCompact },
    text: isCompact ? '' : capital(holdDetail(hold, now)),
    ...{ hasReason: false, reason: '', open: [] },
    ...buttons(commandButton('Release', 'release', nameWord(hold.service)), isCompact),
  };
}

function buttons(commands: readonly TemplateData[], isCompact: boolean): TemplateData {
  const shown = isCompact ? [] : commands;
  return { hasCommands: shown.length > 0, commands: shown };
}

/** Data of templates/hold.json for a hold that was placed or ended. */
export function holdData(content: HoldContent, isCompact: boolean): TemplateData {
  const { hold } = content;
  const isOver = hold.endedAt !== undefined;
  return {
    ...(isOver ? DONE_TONE : HELD_TONE),
    title: holdTitle(content),
    subject: `By ${whoText(isOver ? hold.endedBy?.name : hold.by.name)}`,
    sentence: explainHoldContent(content),
    hasFacts: !isCompact,
    facts: isCompact ? [] : holdFacts(hold),
    links: [],
    commands: [
      ...(isOver ? [] : commandButton('Release', 'release', nameWord(hold.service))),
      ...commandButton('Gates', 'gates'),
    ],
  };
}

function holdFacts(hold: HoldRecord): Fact[] {
  const { by, at, until, because, endedAt } = hold;
  return [
    fact('Because', becauseText(because)),
    fact('Held', joined(`by ${whoText(by.name)}, since `, momentText(at))),
    endedAt === undefined ? fact('Until', momentText(until)) : fact('Released', momentText(endedAt)),
  ];
}

/** Data of templates/hold.json for one gate that was let through. */
export function releasedData(content: Released, isCompact: boolean): TemplateData {
  const { gate, release } = content;
  return {
    ...DONE_TONE,
    title: releasedTitle(content),
    subject: `Released by ${whoText(release.by.name)}`,
    sentence: explainReleased(content),
    hasFacts: !isCompact,
    facts: isCompact ? [] : releasedFacts(gate, release.at),
    links: linkButton('Open run', gate.caller?.url),
    commands: commandButton('Gates', 'gates'),
  };
}

function releasedFacts(gate: OpenGate, at: number): Fact[] {
  const branch = branchText(gate.branch);
  return [
    fact('Base', gateReason(gate, at)),
    ...(branch === '' ? [] : [fact('Branch', branch)]),
    fact('Asked', momentText(gate.askedAt)),
  ];
}
