// Writes what a held caller hears: progress, signs of life, and at the end, once, the decision or an error. A slow
// reader costs no memory: it misses progress, never the end. It must not decide what is told.
import type { ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import type { StreamFormat } from './stream-format.ts';

/** Proxies cut what is quiet for a minute (nginx) to four (Azure's front ends); some count less. */
const HEARTBEAT_MS = 15_000;
/** Who has not taken anything for so long does not read any more. */
const STUCK_AFTER_MS = 60_000;

export class GateStream {
  readonly #response: ServerResponse;
  readonly #format: StreamFormat;
  readonly #clock: Clock;
  #heartbeat: unknown;
  #lastWords: unknown;
  /** Progress that a slow reader has still to hear: the newest only. */
  #held: { readonly text: string } | undefined;
  #blockedSince: number | undefined;
  #said = '';

  constructor(response: ServerResponse, format: StreamFormat, clock: Clock) {
    this.#response = response;
    this.#format = format;
    this.#clock = clock;
  }

  get isBegun(): boolean {
    return this.#heartbeat !== undefined;
  }

  /** Sends 200 and the headers. Until then an error can still be answered by its status. */
  begin(): void {
    const response = this.#response;
    if (this.isBegun || response.headersSent || response.destroyed) return;
    response.statusCode = 200;
    response.setHeader('content-type', this.#format.contentType);
    response.setHeader('cache-control', 'no-store, no-transform');
    // nginx gathers answers before it passes them on, unless it is told not to (ngx_http_proxy_module).
    response.setHeader('x-accel-buffering', 'no');
    response.flushHeaders();
    response.on('drain', () => this.#onDrain());
    response.once('close', () => this.#stop());
    this.#heartbeat = this.#clock.setInterval(() => this.#onHeartbeat(), HEARTBEAT_MS);
  }

  /** Tells it when it differs from what was told last. */
  progress(body: { readonly reason: string; readonly message: string }): void {
    const said = `${body.reason} ${body.message}`;
    if (said === this.#said) return;
    this.#said = said;
    const text = this.#format.event('progress', body);
    if (this.#blockedSince === undefined) this.#write(text);
    else this.#held = { text };
  }

  /** Says the last word, and ends; a reader that does not take it within a minute is cut off. */
  end(type: 'decision' | 'error', body: object): void {
    this.begin();
    const response = this.#response;
    if (response.destroyed || response.writableEnded) return;
    this.#clock.clearInterval(this.#heartbeat);
    this.#held = undefined;
    this.#lastWords = this.#clock.setTimeout(() => response.destroy(), STUCK_AFTER_MS);
    response.end(this.#format.event(type, body));
  }

  #write(text: string): void {
    const response = this.#response;
    if (!this.isBegun || response.destroyed || response.writableEnded) return;
    if (!response.write(text)) this.#blockedSince ??= this.#clock.now();
  }

  #onHeartbeat(): void {
    if (this.#blockedSince === undefined) this.#write(this.#format.heartbeat);
    else if (this.#clock.now() - this.#blockedSince >= STUCK_AFTER_MS) this.#response.destroy();
  }

  #onDrain(): void {
    this.#blockedSince = undefined;
    const held = this.#held;
    this.#held = undefined;
    if (held) this.#write(held.text);
  }

  #stop(): void {
    this.#clock.clearInterval(this.#heartbeat);
    this.#clock.clearTimeout(this.#lastWords);
  }
}
