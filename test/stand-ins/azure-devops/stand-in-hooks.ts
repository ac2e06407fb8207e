// The strings a test pulls on service hooks: who subscribes, and how badly events travel. Must not answer requests.
import { pause } from './deliver-answer.ts';
import { toHookEvents } from './hook-events.ts';
import { type HookDelivery, HookSender, type Sending } from './hook-sender.ts';
import { addSubscription, toEnvelope, wantsEvent } from './hook-subscription.ts';
import type { BuildState, OrganizationState } from './organization-state.ts';
import { type BuildNews, HOOK_EVENTS, type ServiceHookState } from './service-hook-state.ts';
import { toTestEnvelope } from './test-event.ts';

export interface StandInHooks {
  readonly subscriptions: readonly Readonly<
    Pick<ServiceHookState, 'id' | 'publisherId' | 'eventType' | 'status'>
  >[];
  /** Every attempt and every event that was not tried, in order. */
  readonly ledger: readonly HookDelivery[];
  clearLedger(): void;
  /**
   * Subscribes an address to all kinds of events of all projects, or to those named, with build.complete 2.0 unless
   * another version is given. The user name is `pipebot`.
   */
  subscribe(
    url: string,
    password: string,
    options?: { readonly eventTypes?: readonly string[]; readonly buildVersion?: '1.0' | '2.0' },
  ): readonly string[];
  setStatus(subscriptionId: string, status: string): void;
  /** From now on everything is lost on the way. */
  pause(): void;
  /** From now on everything is sent so many times. */
  duplicate(times: number): void;
  /** From now on everything comes so much later, in real time. */
  delay(delayMs: number): void;
  /** From now on what happens at once, or within the delay, is sent in reverse order. */
  reverse(): void;
  /** Ends all of the above. */
  behave(): void;
  /** What the Test button sends: data of 2015 about somebody else's build, to every subscription. */
  sendTestEvent(): Promise<void>;
  /** Tries once more what put subscriptions on probation, as Azure does after 20 minutes, up to 7 times. */
  retryProbation(): Promise<void>;
  /** Resolves when everything that was sent has been answered, or given up. */
  idle(): Promise<void>;
}

interface Travel {
  isLost: boolean;
  copies: number;
  delayMs: number;
  isReversed: boolean;
}

const WELL: Travel = { isLost: false, copies: 1, delayMs: 0, isReversed: false };

export interface RunningHooks {
  readonly hooks: StandInHooks;
  announce(build: BuildState, news: BuildNews): void;
}

/** `state` is asked for only when something happens: it announces through what is made here. */
export function startHooks(state: () => OrganizationState, closing: AbortSignal): RunningHooks {
  const ledger: HookDelivery[] = [];
  const sender = new HookSender({ ledger, closing });
  const travel = { ...WELL };
  let gathered: Sending[] | undefined;

  /** What comes until the delay is over goes together. */
  function sendLater(sending: Sending): void {
    if (gathered) {
      gathered.push(sending);
      return;
    }
    const batch = [sending];
    gathered = batch;
    const sent = pause(travel.delayMs, closing).then(() => {
      gathered = undefined;
      for (const one of travel.isReversed ? batch.reverse() : batch) sender.send(one);
    });
    sender.track(sent);
  }

  function dispatch(sending: Sending): void {
    if (travel.isLost) sender.note(sending, 'lost');
    else for (let copy = 0; copy < travel.copies; copy++) sendLater(sending);
  }

  const retryAll = async () => {
    await Promise.all(state().serviceHooks.map((hook) => sender.retryProbation(hook)));
  };
  return {
    announce(build, news) {
      const organization = state();
      if (organization.serviceHooks.length === 0) return;
      for (const event of toHookEvents(organization, build, news)) {
        for (const hook of organization.serviceHooks.filter((one) => wantsEvent(one, event))) {
          dispatch({ hook, envelope: toEnvelope(organization, hook, event) });
        }
      }
    },
    hooks: {
      get subscriptions() {
        return state().serviceHooks;
      },
      ledger,
      clearLedger: () => {
        ledger.length = 0;
      },
      subscribe: (url, password, options = {}) => subscribeTo(state(), { url, password, ...options }),
      setStatus: (id, status) => setStatus(state(), id, status),
      pause: () => {
        travel.isLost = true;
      },
      duplicate: (times) => {
        travel.copies = times;
      },
      delay: (delayMs) => {
        travel.delayMs = delayMs;
      },
      reverse: () => {
        travel.isReversed = true;
      },
      behave: () => {
        Object.assign(travel, WELL);
      },
      sendTestEvent: async () => {
        for (const hook of state().serviceHooks) sender.send({ hook, envelope: toTestEnvelope(hook) });
        await sender.idle();
      },
      retryProbation: retryAll,
      idle: () => sender.idle(),
    },
  };
}

function setStatus(state: OrganizationState, id: string, status: string): void {
  const hook = state.serviceHooks.find((candidate) => candidate.id === id);
  if (!hook) throw new Error(`there is no subscription ${id}`);
  hook.status = status;
  hook.probation = undefined;
}

interface SubscribeWish {
  readonly url: string;
  readonly password: string;
  readonly eventTypes?: readonly string[];
  readonly buildVersion?: string;
}

function subscribeTo(state: OrganizationState, wish: SubscribeWish): string[] {
  const { url, password, eventTypes, buildVersion = '2.0' } = wish;
  return Object.entries(HOOK_EVENTS).flatMap(([publisherId, events]) =>
    Object.keys(events)
      .filter((eventType) => eventTypes?.includes(eventType) ?? true)
      .map((eventType) => {
        const subscription = addSubscription(state, {
          publisherId,
          eventType,
          resourceVersion: publisherId === 'tfs' ? buildVersion : '5.1-preview.1',
          consumerId: 'webHooks',
          consumerActionId: 'httpRequest',
          publisherInputs: { projectId: '' },
          consumerInputs: { url, basicAuthUsername: 'pipebot', basicAuthPassword: password },
        });
        return subscription.id;
      }),
  );
}
