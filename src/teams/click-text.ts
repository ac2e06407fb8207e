// A click on a card as the text that its clicker could have typed. The data of a card can be forged, is old, and
// may come from another conversation: it is words for the parser and nothing more.

const MAX_COMMAND_LENGTH = 200;
/** Fields of the form to subscribe with, in the order in which people would say them. */
const FORM_FIELDS = ['service', 'events', 'branch', 'reason', 'stage', 'style'] as const;
/** A value of other characters stands in quotation marks. */
const PLAIN_VALUE = /^[\w*?./,@#+-]+$/;

/** The text of a click; undefined when the card's data carries no command. */
export function clickText(data: ReadonlyMap<string, string>): string | undefined {
  const command = oneLine(data.get('pipebot') ?? '');
  if (command === '' || command.length > MAX_COMMAND_LENGTH) return undefined;
  const isForm = /^subscribe(?: |$)/i.test(command);
  return [command, ...(isForm ? formWords(data) : [])].join(' ');
}

function formWords(data: ReadonlyMap<string, string>): string[] {
  return FORM_FIELDS.flatMap((field) => {
    const value = oneLine(data.get(field) ?? '').replace(/["“”„]/g, '');
    if (value === '') return [];
    if (field === 'service' || field === 'events') return [value];
    return [`${field}:${PLAIN_VALUE.test(value) ? value : `"${value}"`}`];
  });
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
}
