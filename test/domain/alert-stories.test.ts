// What a channel hears of one pipeline, as stories. Times are seconds since the beginning, or of the clock.
import { describe } from 'vitest';
import { story } from '../support/alert-story.ts';

describe('a channel', () => {
  story('hears of the first failure, sees more of them counted, and hears when it is over', (words) => {
    const { at, expectTold, expectCard } = words;
    at(40).fails();
    expectTold('failing', { failedBuilds: 1 }).between(40, 45);
    at(60).fails();
    expectCard('failing', { failedBuilds: 2 }).at(60);
    at(100).fails();
    expectCard('failing', { failedBuilds: 3 }).at(100);
    at(160).succeeds();
    expectCard('recovered').at(160);
    expectTold('recovered', { failedBuilds: 3, redForSeconds: 120 }).between(160, 165);
    at(200).succeeds();
  });

  story('never hears of a failure that is over before it was told', ({ at, expectTold, expectWhy }) => {
    at(10).fails();
    expectTold('failing').between(10, 12);
    at(20).succeeds();
    expectTold('recovered').between(40, 42);
    at(50).fails();
    at(60).succeeds();
    expectWhy('recovered-untold');
  });

  story('hears nothing when it fails again before its recovery was told', (words) => {
    const { at, expectTold, expectCard, expectWhy } = words;
    at(10).fails();
    expectTold('failing').between(10, 12);
    at(20).succeeds();
    expectCard('recovered').at(20);
    at(30).fails();
    expectCard('failing', { failedBuilds: 1 }).at(30);
    expectWhy('counted');
  });

  story('hears nothing of what is canceled, nor of what partly succeeds', ({ at, expectWhy }) => {
    at(10).isCanceled();
    at(20).partlySucceeds();
    at(90).isCanceled();
    expectWhy('no-news');
  });

  story('hears that it recovered when it partly succeeds, however much was canceled between', (words) => {
    const { at, expectTold } = words;
    at(10).fails();
    expectTold('failing').between(10, 12);
    at(60).isCanceled();
    at(90).partlySucceeds();
    expectTold('recovered', { failedBuilds: 1, redForSeconds: 80 }).between(90, 92);
  });

  story('hears of the build that was queued last, whichever ends last', ({ at, expectTold }) => {
    at(100).succeeds({ queuedAt: 50 });
    at(130).fails({ queuedAt: 40 });
    at(150).fails({ queuedAt: 60 });
    expectTold('failing', { failedBuilds: 1 }).between(150, 152);
    at(200).succeeds({ queuedAt: 55 });
    at(250).succeeds({ queuedAt: 70 });
    expectTold('recovered', { failedBuilds: 1, redForSeconds: 100 }).between(250, 252);
  });

  story('hears that a rerun has helped', ({ at, expectTold }) => {
    at(10).fails();
    expectTold('failing').between(10, 12);
    at(100).failsAgainUnderItsId();
    at(200).isCanceledUnderItsId();
    at(300).succeedsUnderItsId();
    expectTold('recovered', { failedBuilds: 1, redForSeconds: 290 }).between(300, 302);
  });

  story('hears that a rerun has broken what was green', ({ at, expectTold }) => {
    at(10).succeeds();
    at(100).failsAgainUnderItsId();
    expectTold('failing', { failedBuilds: 1 }).between(100, 102);
  });
});

describe('a flapping pipeline', () => {
  story('is told once, and once more when it has settled', ({ at, expectTold, expectCard }) => {
    at(0).succeeds();
    at(100).fails();
    expectTold('failing').between(100, 102);
    at(200).succeeds();
    expectTold('recovered').between(200, 202);
    at(300).fails();
    expectTold('failing').between(300, 302);
    at(400).succeeds();
    expectCard('flapping').at(400);
    expectTold('flapping').between(400, 402);
    at(500).fails();
    at(600).succeeds();
    at(700).fails();
    at(800).succeeds();
    at(900).succeeds();
    at(1000).succeeds();
    expectCard('recovered').at(1000);
    expectTold('settled').between(1000, 1002);
    at(1100).fails();
    expectTold('failing').between(1100, 1102);
  });

  story('that settles red is followed to its recovery', ({ at, expectTold, expectCard }) => {
    for (const second of [0, 200, 400]) at(second).succeeds();
    for (const second of [100, 300, 500, 600]) at(second).fails();
    for (const second of [100, 300]) expectTold('failing').between(second, second + 2);
    expectTold('recovered').between(200, 202);
    expectTold('flapping').between(400, 402);
    at(700).fails();
    expectTold('settled', { failedBuilds: 3 }).between(700, 702);
    at(800).fails();
    expectCard('failing', { failedBuilds: 4 }).at(800);
    at(900).succeeds();
    expectTold('recovered', { failedBuilds: 4, redForSeconds: 400 }).between(900, 902);
  });

  story('that settles while it is muted is as if it had never been', ({ at, expectTold, expectWhy }) => {
    at(0).isMutedUntil('23:00');
    for (const second of [10, 110, 210]) at(second).succeeds();
    for (const second of [60, 160, 260]) at(second).fails();
    for (const second of [300, 310, 320]) at(second).succeeds();
    expectWhy('recovered-untold');
    at('23:30').fails();
    expectTold('failing', { failedBuilds: 1 }).between('23:30', '23:31');
  });

  story('that began while people knew it failed is told as what has become of it', (words) => {
    const { at, expectTold } = words;
    for (const second of [0, 200]) at(second).succeeds();
    for (const second of [100, 300]) at(second).fails();
    for (const second of [100, 300]) expectTold('failing').between(second, second + 2);
    expectTold('recovered').between(200, 202);
    at(350).isMutedUntil('21:00');
    for (const second of [400, 600]) at(second).succeeds();
    for (const second of [500, 700, 710, 720]) at(second).fails();
    at('21:10').succeeds();
    expectTold('recovered', { failedBuilds: 3 }).between('21:10', '21:11');
  });

  story('hears of every failure again after a pause of many hours', ({ at, expectTold }) => {
    for (const second of [0, 200, 400]) at(second).succeeds();
    for (const second of [100, 300]) at(second).fails();
    for (const second of [100, 300]) expectTold('failing').between(second, second + 2);
    expectTold('recovered').between(200, 202);
    expectTold('flapping').between(400, 402);
    at('06:00').fails();
    expectTold('failing', { failedBuilds: 1 }).between('06:00', '06:01');
    at('07:00').succeeds();
    expectTold('recovered', { redForSeconds: 3_600 }).between('07:00', '07:01');
  });

  story('fails as it began to after a pause, however often until it is told', ({ at, expectTold }) => {
    for (const second of [0, 200, 400]) at(second).succeeds();
    for (const second of [100, 300]) at(second).fails();
    for (const second of [100, 300]) expectTold('failing').between(second, second + 2);
    expectTold('recovered').between(200, 202);
    expectTold('flapping').between(400, 402);
    at('05:00').isMutedUntil('08:00');
    at('06:00').fails();
    at('07:00').fails();
    expectTold('failing', { failedBuilds: 2, heldBy: 'muted' }).between('08:00', '08:01');
  });
});

describe('quiet hours', () => {
  story('hold a failure until the morning', ({ at, quietHours, expectTold }) => {
    quietHours('22:00-07:00');
    at('23:10').fails();
    at('01:00').fails();
    expectTold('failing', { failedBuilds: 2, heldBy: 'quiet-hours' }).between('07:00', '07:01');
  });

  story('swallow a failure that is over by the morning', ({ at, quietHours, expectWhy }) => {
    quietHours('22:00-07:00');
    at('23:10').fails();
    at('01:00').succeeds();
    expectWhy('recovered-untold');
  });

  story('say in the morning that it recovered in the night, and for how long it was red', (words) => {
    const { at, quietHours, expectTold } = words;
    quietHours('22:00-07:00');
    at('21:00').fails();
    expectTold('failing').between('21:00', '21:01');
    at('23:00').succeeds();
    at('02:00').succeeds();
    expectTold('recovered', { redForSeconds: 7_200, heldBy: 'quiet-hours' }).between('07:00', '07:01');
  });

  story('make of a recovery and a new failure no news at all', ({ at, quietHours, expectTold }) => {
    quietHours('22:00-07:00');
    at('21:00').fails();
    expectTold('failing').between('21:00', '21:01');
    at('23:00').succeeds();
    at('01:00').fails();
    at('08:00').succeeds();
    expectTold('recovered', { failedBuilds: 1, redForSeconds: 7 * 3_600 }).between('08:00', '08:01');
  });
});

describe('a mute', () => {
  story('ends with what still fails', ({ at, expectTold, expectWhy }) => {
    at('20:10').isMutedUntil('22:00');
    at('20:30').fails();
    at('21:00').fails();
    expectTold('failing', { failedBuilds: 2, heldBy: 'muted' }).between('22:00', '22:01');
    expectWhy('told');
  });

  story('that is lifted tells at once what it held', ({ at, expectTold }) => {
    at('20:10').isMutedUntil('22:00');
    at('20:30').fails();
    at('21:00').isUnmuted();
    expectTold('failing', { heldBy: 'muted' }).between('21:00', '21:01');
  });

  story('drops the recovery of what was told before, on the record', (words) => {
    const { at, expectTold, expectCard, expectWhy } = words;
    at('20:10').fails();
    expectTold('failing').between('20:10', '20:11');
    at('20:20').isMutedUntil('22:00');
    at('20:30').succeeds();
    expectCard('recovered').at('20:30');
    expectWhy('dropped', 'muted');
  });

  story('is no reason to keep silent about a failure that began while it lasted', ({ at, expectTold }) => {
    at('20:10').fails();
    expectTold('failing').between('20:10', '20:11');
    at('20:20').isMutedUntil('22:00');
    at('20:30').succeeds();
    at('21:00').fails();
    expectTold('failing', { failedBuilds: 1, heldBy: 'muted' }).between('22:00', '22:01');
  });
});

describe('a broken base', () => {
  story('holds the failures of what builds on it, and its recovery releases them', (words) => {
    const { at, expectTold } = words;
    at(10).itsBaseFails();
    at(60).fails();
    at(2_000).fails();
    at(3_000).itsBaseRecovers();
    expectTold('failing', { failedBuilds: 2, heldBy: 'inhibited' }).between(3_000, 3_002);
  });

  story('keeps nobody from hearing that something is green again', ({ at, expectTold }) => {
    at(10).fails();
    expectTold('failing').between(10, 12);
    at(60).itsBaseFails();
    at(90).succeeds();
    expectTold('recovered').between(90, 92);
  });

  story('also holds that what builds on it flaps', ({ at, expectTold, expectWhy }) => {
    at(0).itsBaseFails();
    for (const second of [10, 110, 210]) at(second).succeeds();
    for (const second of [60, 160, 260]) at(second).fails();
    at(3_000).itsBaseRecovers();
    expectTold('flapping', { heldBy: 'inhibited' }).between(3_000, 3_002);
    expectWhy('told');
  });
});

describe('filters', () => {
  story('let a failure begin only where they match, and count all of its builds', (words) => {
    const { at, wants, expectTold, expectWhy } = words;
    wants({ reasons: ['ci'] });
    at(10).fails({ reason: 'manual' });
    at(60).fails({ reason: 'schedule' });
    at(90).fails();
    expectTold('failing', { failedBuilds: 3 }).between(90, 92);
    at(150).fails({ reason: 'manual' });
    expectWhy('filtered', 'reason');
  });

  story('never keep back that what was told is over', ({ at, wants, expectTold, expectCard }) => {
    wants({ reasons: ['ci'] });
    at(10).fails();
    expectTold('failing').between(10, 12);
    at(60).fails({ reason: 'manual' });
    expectCard('failing', { failedBuilds: 2 }).at(60);
    at(90).succeeds({ reason: 'manual' });
    expectTold('recovered', { failedBuilds: 2, redForSeconds: 80 }).between(90, 92);
  });

  story('never make somebody hear of a failure that another build has ended', (words) => {
    const { at, wants, quietHours, expectWhy } = words;
    wants({ reasons: ['ci'] });
    quietHours('22:00-07:00');
    at('23:00').fails();
    at('01:00').succeeds({ reason: 'manual' });
    expectWhy('recovered-untold');
  });

  story('never make somebody hear of a recovery that another build has undone', (words) => {
    const { at, wants, quietHours, expectTold, expectCard } = words;
    wants({ stage: 'deploy*' });
    quietHours('22:00-07:00');
    at('21:00').fails({ stages: ['Deploy to prod'] });
    expectTold('failing').between('21:00', '21:01');
    at('23:00').succeeds();
    at('01:00').fails({ stages: ['Test'] });
    expectCard('failing').at('01:00');
    at('09:00').succeeds();
    expectTold('recovered').between('09:00', '09:01');
  });

  story('of a stage that did not fail keep a failure back', ({ at, wants, expectWhy }) => {
    wants({ stage: 'deploy*' });
    at(10).fails({ stages: ['Build', 'Test'] });
    expectWhy('filtered', 'stage');
  });
});

describe('who subscribes', () => {
  story('to recoveries hears of nothing else', ({ at, wants, expectTold }) => {
    wants({ events: 'recoveries' });
    at(10).fails();
    at(60).fails();
    at(90).succeeds();
    expectTold('recovered', { failedBuilds: 2, redForSeconds: 80 }).between(90, 92);
    at(150).succeeds();
  });

  story('to recoveries hears nothing of one that did not last until it could be told', (words) => {
    const { at, wants, quietHours, expectTold } = words;
    wants({ events: 'recoveries' });
    quietHours('22:00-07:00');
    at('21:00').fails();
    at('23:00').succeeds();
    at('01:00').fails();
    at('08:00').succeeds();
    expectTold('recovered', { redForSeconds: 7 * 3_600 }).between('08:00', '08:01');
  });

  story('to recoveries hears once that there are too many of them', ({ at, wants, expectTold }) => {
    wants({ events: 'recoveries' });
    for (const second of [0, 200, 400, 600, 610, 620]) at(second).succeeds();
    for (const second of [100, 300, 500]) at(second).fails();
    expectTold('recovered').between(200, 202);
    expectTold('flapping').between(400, 402);
    expectTold('settled').between(620, 622);
  });

  story('to all hears of every end, and of none twice', ({ at, wants, expectTold, expectResult }) => {
    wants({ events: 'all' });
    at(0).succeeds();
    expectResult().at(0);
    at(100).fails();
    expectTold('failing').between(100, 102);
    at(200).isCanceled();
    expectResult().at(200);
    at(300).succeeds();
    expectTold('recovered').between(300, 302);
    at(400).succeeds();
    expectResult().at(400);
  });

  story('while it fails gets a card with its next failure', ({ at, expectTold }) => {
    at(10).fails();
    at(50).subscribes();
    at(90).fails();
    expectTold('failing', { failedBuilds: 2 }).between(90, 92);
    at(150).fails();
  });

  story('while it fails gets no card of a failure that the filters keep back', (words) => {
    const { at, wants, expectTold } = words;
    wants({ reasons: ['ci'] });
    at(10).fails();
    at(50).subscribes();
    at(90).fails({ reason: 'manual' });
    at(150).fails();
    expectTold('failing', { failedBuilds: 3 }).between(150, 152);
  });

  story('while it fails hears of its recovery, since the answer said that it failed', (words) => {
    const { at, expectTold } = words;
    at(10).fails();
    at(50).subscribes();
    at(60).isCanceled();
    at(90).succeeds();
    expectTold('recovered', { failedBuilds: 1, redForSeconds: 80 }).between(90, 92);
  });

  story('while it flaps hears that it flaps', ({ at, expectTold }) => {
    for (const second of [0, 200, 400]) at(second).succeeds();
    for (const second of [100, 300]) at(second).fails();
    at(450).subscribes();
    at(500).fails();
    expectTold('flapping').between(500, 502);
  });
});
