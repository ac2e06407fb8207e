// `help` as people ask for it.
import { expect, it } from 'vitest';
import { createChatBench } from './chat-bench.ts';

it.each(['help', '?', 'hello there', 'help subscribe', 'help me with the subscriptions of payments'])(
  '“%s” is answered with the list of commands',
  async (text) => expect((await createChatBench().say(text)).kind).toBe('help'),
);
