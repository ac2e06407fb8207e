// Every refusal and short answer of the chat.
import { describe, expect, it } from 'vitest';
import type { Remark } from '../../src/domain/content.ts';
import { remarkSentence } from '../../src/text/remark.ts';
import { NOW, watch } from '../cards/sample-values.ts';

const REMARKS: readonly (readonly [Remark, string])[] = [
  [
    { code: 'service-unknown', typed: 'paymnts', suggestions: ['payments'] },
    'There is no service or base called “paymnts” here. Did you mean payments?',
  ],
  [
    { code: 'service-unknown', typed: 'zzz', suggestions: [] },
    'There is no service or base called “zzz” here. Type services to see them all.',
  ],
  [
    { code: 'command-unknown', typed: 'stauts', suggestions: ['status'] },
    'There is no command “stauts”. Did you mean status?',
  ],
  [
    { code: 'command-unknown', typed: 'dance', suggestions: [] },
    'There is no command “dance”. Type help to see what there is.',
  ],
  [
    { code: 'argument-missing', usage: 'watch <service>', example: 'watch payments' },
    'Something is missing. Usage: watch <service>. Example: watch payments',
  ],
  [
    { code: 'argument-surplus', surplus: 'now', usage: 'help', example: 'help' },
    '“now” is more than this command takes. Usage: help. Example: help',
  ],
  [
    { code: 'branch-invalid', typed: 'a..b' },
    '“a..b” is not a branch name that git accepts. Example: develop',
  ],
  [
    { code: 'link-unusable', why: 'release', link: 'https://dev.azure.com/contoso/Shop/_release' },
    '“https://dev.azure.com/contoso/Shop/_release” leads to a classic release, which PipeBot does not read. Paste the link of a pipeline or of a run as the browser shows it.',
  ],
  [
    { code: 'definition-unconfigured', link: 'https://x', definitionId: 190 },
    'Pipeline 190 belongs to no service that PipeBot knows. Somebody has to add it to the services file. Type services to see what is there.',
  ],
  [
    { code: 'message-too-long', maxLength: 2_000 },
    'That message is longer than 2000 characters. Please send a shorter one.',
  ],
  [
    { code: 'nothing-to-watch', subject: 'payments' },
    'payments has no pipeline of its own that could be watched. Watch one of its bases instead.',
  ],
  [
    { code: 'already-watching', watch: watch() },
    'python-base on develop is being watched here already. You get a message when the run ends.',
  ],
  [{ code: 'not-watching', subject: 'payments' }, 'payments is not being watched in this conversation.'],
  [{ code: 'not-watching' }, 'Nothing is being watched in this conversation.'],
  [
    { code: 'watches-stopped', watches: [watch(), watch({ definitionName: 'ml-base' })] },
    'Stopped watching python-base on develop and ml-base on develop. No message will come.',
  ],
  [{ code: 'watches-stopped', watches: [] }, 'Nothing was being watched in this conversation.'],
  [
    { code: 'error', errorCode: 'azure-unavailable', errorId: 'e-17' },
    'Azure DevOps does not answer. Try again in a minute. If it stays, tell an administrator this error id: e-17.',
  ],
  [
    { code: 'error', errorCode: 'of-tomorrow', subject: 'x', errorId: 'e-18' },
    'Something went wrong inside PipeBot. It has been logged. Try again in a minute. If it stays, tell an administrator this error id: e-18.',
  ],
];

describe('a remark in words', () => {
  it.each(REMARKS)('%j', (remark, text) => {
    expect(remarkSentence(remark, NOW)).toBe(text);
  });
});
