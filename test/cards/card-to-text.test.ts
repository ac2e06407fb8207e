// The card as a terminal prints it: what `npm run ask` and the demo show.
import { describe, expect, it } from 'vitest';
import { cardToText, resolveTimes } from '../../src/cards/card-to-text.ts';
import { renderContent } from '../../src/cards/render-content.ts';
import { CARD_CONTENTS, TEXT_CONTENTS } from './sample-contents.ts';
import { NOW } from './sample-values.ts';

function printed(name: string): string {
  const content = { ...CARD_CONTENTS, ...TEXT_CONTENTS }[name];
  if (!content) throw new Error(`no sample ${name}`);
  const message = renderContent(content, { now: NOW, mayRepeat: false, shrinkStep: 0 });
  return `\n${cardToText(message, { timeZone: 'UTC' })}\n`;
}

describe('a card in the terminal', () => {
  it('shows a running base with its times', () => {
    expect(printed('running')).toBe(`
◐  Running
   payments on develop

python-base 20261122.4 on develop has been running for 6 min, usually takes 14
min.

  Base       python-base
  Run        20261122.4
  Started    2026-11-22 06:06
  Usually    14 min
  Expected   06:20 (in 8 min)
  Branch     develop
  Requester  Ana Ferreira
  Commit     3f9c2a7b
  Gate       waits

As of 2026-11-22 06:11, read from Azure DevOps.

Open run: https://dev.azure.com/contoso/Shop/_build/results?buildId=4243
`);
  });

  it('tells when the base will end only to whoever waits for the base, and sets sections apart', () => {
    const text = printed('gates-several');
    expect(text).toContain('usually takes 14\nmin. Expected to end at 06:20.');
    expect(text.match(/Expected/g)).toHaveLength(1);
    expect(text).toMatch(/min ago\.\n\nHeld\n/);
  });

  it('shows which other bases a service has', () => {
    expect(printed('several-bases')).toContain(`
Other bases of this service
✓  ml-base                                                                 Ready
   ml-base 20261121.7 on develop succeeded 20 h ago.
◐  node-base                                                             Running
   node-base 20261122.4 on develop has been running for 6 min, usually takes 14
   min.
`);
  });

  it('shows a base that was never built, without a link', () => {
    expect(printed('never-built')).toBe(`
!  Never built
   payments on feature/x

python-base has no run on feature/x or develop.

  Base    python-base
  Branch  feature/x and develop
  Gate    stops

As of 2026-11-22 06:11, read from Azure DevOps.
`);
  });

  it('shows the services of a conversation', () => {
    expect(printed('services')).toBe(`
3 services

payments  also pay
Builds on python-base on develop.

search
Builds on python-base on develop and ml-base on develop; falls back to develop.

recommendations  also reco or recs
Builds on ml-base on develop.
`);
  });

  it('shows the end of a watch with its mentions and link', () => {
    expect(printed('watch-ended-failed')).toBe(`
@Ana Ferreira @Bo Lindqvist Failed: python-base 20261122.4 on develop failed
after 14 min.
Open run: https://dev.azure.com/contoso/Shop/_build/results?buildId=4243
`);
  });

  it('shows the fields of a form, and what its button says', () => {
    expect(printed('subscribe-form')).toBe(`
Subscribe
What should this conversation hear of?
Service: [service]
Events: [events]
Branch: [branch]
Started by (any, unless chosen): [reason]
Failed stage: [stage]
Further failures: [style]

Subscribe: subscribe
`);
  });

  it('shows buttons inside a row by their titles', () => {
    expect(printed('subscriptions')).toContain(`
payments                                                           [Unsubscribe]
Failures and recoveries; style update.
`);
  });

  it.each([...Object.keys(CARD_CONTENTS), ...Object.keys(TEXT_CONTENTS)])(
    'fits %s into 80 columns',
    (name) => {
      const lines = printed(name).split('\n');
      const tooLong = lines.filter((line) => Array.from(line).length > 80 && !line.includes('https://'));
      expect(tooLong).toEqual([]);
      expect(lines.filter((line) => /\s$|\{\{|\\/.test(line))).toEqual([]);
    },
  );

  it('writes times of the given zone', () => {
    const text = '{{DATE(2026-11-22T23:30:00Z,SHORT)}} {{TIME(2026-11-22T23:30:00Z)}} {{TIME(nonsense)}}';
    expect(resolveTimes(text, 'Asia/Tokyo')).toBe('2026-11-23 08:30 {{TIME(nonsense)}}');
  });
});
