// A bot endpoint that only writes down what reaches it, for this folder's tests of what Teams sends.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { WireActivity } from './wire-activity.ts';

export interface RecordingBot {
  readonly endpoint: string;
  readonly received: WireActivity[];
  /** Called with each activity after the bot has acknowledged it. */
  onActivity: (activity: WireActivity) => Promise<unknown>;
  close(): Promise<void>;
}

export async function startRecordingBot(): Promise<RecordingBot> {
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const activity = JSON.parse(text) as WireActivity;
    bot.received.push(activity);
    response.end('noted');
    await bot.onActivity(activity);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bot: RecordingBot = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/messages`,
    received: [],
    onActivity: async () => undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return bot;
}
