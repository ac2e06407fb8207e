// Every option of `pipebot gate`, as a table: the parser, the help and the documentation are made of it. No logic.
import { type OptionRow, optionLines } from './read-options.ts';

/** Whom the gate asks: a PipeBot server, or Azure DevOps itself. */
export type GateWay = 'server' | 'direct';

export interface GateOption extends OptionRow {
  readonly way: GateWay | 'both';
}

export const GATE_OPTIONS: readonly GateOption[] = [
  {
    ...{ name: 'wait', value: 'duration', way: 'both', example: '--wait 30m' },
    meaning: 'How long to wait until the base is decided; 30m unless given.',
  },
  {
    ...{ name: 'branch', value: 'branch', way: 'both', example: '--branch develop' },
    meaning: 'The branch to ask about; in a pipeline, the branch of the run (BUILD_SOURCEBRANCH).',
  },
  {
    ...{ name: 'commit', value: 'commit', way: 'both', example: '--commit $(Build.SourceVersion)' },
    meaning: 'A run of the base for this commit, once seen, must have ended. Only when asked for.',
  },
  {
    ...{ name: 'settle', value: 'duration', way: 'both', example: '--settle 30s' },
    meaning: 'Continue only when no newer run of the base has appeared for so long.',
  },
  {
    ...{ name: 'json', way: 'both', example: '--json' },
    meaning: 'Print the last answer as one line of JSON; the progress goes to standard error.',
  },
  {
    ...{ name: 'url', value: 'url', way: 'server', example: '--url https://pipebot.example.com' },
    meaning: 'The address of PipeBot; without it, PIPEBOT_URL.',
  },
  {
    ...{ name: 'build-id', value: 'number', way: 'server', example: '--build-id $(Build.BuildId)' },
    meaning: 'The run that asks; in a pipeline, this one (BUILD_BUILDID).',
  },
  {
    ...{ name: 'allow-http', way: 'server', example: '--allow-http' },
    meaning: 'Let the key travel unencrypted to a host that is not this machine.',
  },
  {
    ...{
      name: 'organization',
      value: 'url',
      way: 'direct',
      example: '--organization https://dev.azure.com/contoso',
    },
    meaning: 'The organisation or collection; in a pipeline, its own (SYSTEM_COLLECTIONURI).',
  },
  {
    ...{ name: 'project', value: 'name', way: 'direct', example: '--project Shop' },
    meaning: 'The project of the base pipeline; in a pipeline, its own (SYSTEM_TEAMPROJECT).',
  },
  {
    ...{ name: 'definition', value: 'id', way: 'direct', example: '--definition 183' },
    spellings: ['pipeline-def-id', 'definition-id'],
    meaning: 'The base pipeline: its definitionId as the address of its page shows it, or its exact name.',
  },
  {
    ...{ name: 'repository', value: 'id', way: 'direct' },
    example: '--repository e589ca4a-16ff-453b-b101-2a9f21542d76',
    spellings: ['repo-id', 'repository-id'],
    meaning: 'Only runs of this repository count.',
  },
  {
    ...{ name: 'fallback-branch', value: 'branch', way: 'direct', example: '--fallback-branch develop' },
    isRepeatable: true,
    meaning: 'Asked when the base has no run on the branch; may be repeated.',
  },
  {
    ...{ name: 'poll', value: 'duration', way: 'direct', example: '--poll 10s' },
    meaning: 'How long to pause between two looks; 10s unless given.',
  },
  {
    ...{
      name: 'when-running',
      value: 'wait|use-previous',
      way: 'direct',
      example: '--when-running use-previous',
    },
    meaning: 'While the base runs: wait (unless given), or let the run before it answer.',
  },
  {
    ...{ name: 'on-partially-succeeded', value: 'continue|stop', way: 'direct' },
    example: '--on-partially-succeeded stop',
    meaning: 'When the base partially succeeded: continue (unless given) or stop.',
  },
  {
    ...{ name: 'on-canceled', value: 'previous|stop', way: 'direct', example: '--on-canceled stop' },
    meaning: 'When the newest run was canceled: look at the previous one (unless given) or stop.',
  },
  {
    ...{
      name: 'on-never-built',
      value: 'stop|continue',
      way: 'direct',
      example: '--on-never-built continue',
    },
    meaning: 'When the base has never been built: stop (unless given) or continue.',
  },
  {
    ...{ name: 'max-age', value: 'duration', way: 'direct', example: '--max-age 90d' },
    meaning: 'Stop when the base is older than this; off unless given.',
  },
];

const OTHERS_READ = 'Arguments can be read by every program on the machine.';
const PAT_SENTENCE = `${OTHERS_READ} Put the token into the environment as AZURE_DEVOPS_PAT, and make a new one if this one is still good.`;
const KEY_SENTENCE = `${OTHERS_READ} Put the key into the environment as PIPEBOT_KEY, and make a new one if this one is still good.`;

/** Options that would carry a secret, the seed's spelling of one among them. */
export const REFUSED_OPTIONS: ReadonlyMap<string, string> = new Map([
  ['personal-access-token', PAT_SENTENCE],
  ['pat', PAT_SENTENCE],
  ['token', PAT_SENTENCE],
  ['key', KEY_SENTENCE],
  ['gate-key', KEY_SENTENCE],
]);

const WAYS: readonly [GateOption['way'], string][] = [
  ['both', 'Options:'],
  ['server', 'Options with a PipeBot server (the key is in PIPEBOT_KEY):'],
  [
    'direct',
    'Options without one (the token is in AZURE_DEVOPS_PAT, or the job’s own in SYSTEM_ACCESSTOKEN):',
  ],
];

/** What `pipebot --help` says. */
export const GATE_USAGE: readonly string[] = [
  'pipebot gate <service> [--wait 30m] [--url https://pipebot.example.com] …',
  'pipebot gate <address of the base pipeline> [--branch develop] [--wait 30m] …',
];

/** What `pipebot gate --help` says. */
export function gateHelp(): string[] {
  return [
    'Waits until the base of a service is decided.',
    '',
    'Usage:',
    ...GATE_USAGE.map((usage) => `  ${usage}`),
    ...WAYS.flatMap(([way, title]) => [
      '',
      title,
      ...optionLines(GATE_OPTIONS.filter((option) => option.way === way)).map((line) => `  ${line}`),
    ]),
    '',
    'It ends with 0 to continue, 1 to stop, 2 when there was no answer in time or it was called wrongly.',
  ];
}
