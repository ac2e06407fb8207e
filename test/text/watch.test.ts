// The sentence and the headline of every state of a watch.
import { describe, expect, it } from 'vitest';
import { explainWatch, watchTitle } from '../../src/text/watch.ts';
import { WATCHES } from '../cards/sample-contents.ts';
import { activeBuild, NOW, watch } from '../cards/sample-values.ts';

const EXPECTED = {
  'watch-waiting': [
    'Waiting for the next run',
    'Nothing is running. Ana Ferreira and Bo Lindqvist get a message when the next run of python-base on develop ends.',
  ],
  'watch-following': [
    'Watching',
    'python-base 20261122.4 on develop has been running for 6 min, usually takes 14 min. Ana Ferreira and Bo Lindqvist get a message when it ends.',
  ],
  'watch-queued': [
    'Watching',
    'python-base 20261122.4 on develop has been queued for 7 min and has not started. Ana Ferreira and Bo Lindqvist get a message when it ends.',
  ],
  'watch-succeeded': ['Succeeded', 'python-base 20261122.4 on develop succeeded after 14 min.'],
  'watch-partially-succeeded': [
    'Partially succeeded',
    'python-base 20261122.4 on develop partially succeeded after 14 min.',
  ],
  'watch-failed': ['Failed', 'python-base 20261122.4 on develop failed after 14 min.'],
  'watch-canceled': ['Canceled', 'python-base 20261122.4 on develop was canceled after 14 min.'],
  'watch-abandoned': ['Abandoned', 'python-base 20261122.4 on develop was abandoned after 14 min.'],
  'watch-stopped': [
    'No longer watched',
    'The watch of python-base on develop was stopped; no message will come.',
  ],
  'watch-expired': [
    'Watch expired',
    'No run of python-base on develop ended within 7 days, so this watch is over. Watch it again if you still wait for it.',
  ],
  'watch-gone': [
    'Run not found',
    'The watched run of python-base on develop can no longer be read; it may have been deleted. Look at the pipeline in Azure DevOps.',
  ],
} as const satisfies Record<keyof typeof WATCHES, readonly [string, string]>;

describe('a watch in words', () => {
  it.each(Object.entries(EXPECTED))('%s', (name, [title, text]) => {
    const shown = WATCHES[name as keyof typeof WATCHES];
    expect(watchTitle(shown)).toBe(title);
    expect(explainWatch(shown, NOW)).toBe(text);
  });

  it('speaks of the conversation when nobody is named', () => {
    const shown = { watch: watch({ askers: [] }), build: activeBuild({ status: 'cancelling' }) };
    expect(explainWatch(shown, NOW)).toBe(
      'python-base 20261122.4 on develop is being canceled. This conversation gets a message when it ends.',
    );
  });
});
