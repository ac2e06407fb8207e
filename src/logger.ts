// Creates the logger: JSON lines on standard output, one per change of state. Secrets are Secret values and
// print as [redacted]; what looks like a credential in a text is taken out here as well.
import pino from 'pino';

/** JSON web tokens and personal access tokens of Azure DevOps, wherever they stand in a text. */
const TOKEN_SHAPES =
  /eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*|\b[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}\b|(?<=\b(?:Bearer|Basic)\s)[\w+/=.-]{8,}/g;

export type Logger = pino.Logger;

export function createLogger(level: string, destination?: pino.DestinationStream): Logger {
  const options: pino.LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: ['*.authorization', '*.headers', '*.token', '*.password'], censor: '[redacted]' },
    hooks: { streamWrite: (line) => line.replace(TOKEN_SHAPES, '[redacted]') },
  };
  return destination ? pino(options, destination) : pino(options);
}
