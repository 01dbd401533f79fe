import { ByteWriter } from './bytes.ts';

/** Nanoseconds of the monotonic clock, which the launcher's trace runs on. */
export type Clock = () => number;

/** Something that took a while; times as the clock has them. */
export interface Span {
  readonly name: string;
  readonly subject?: string;
  readonly start: number;
  readonly end: number;
}

/** How a command tells what it spends its time on; nothing comes of it unless `--trace` was given. */
export interface Trace {
  /** Does it, and takes note of how long that took: to the end, if it is a promise. */
  span<T>(name: string, act: () => T, subject?: string): T;
}

export const untraced: Trace = { span: (_name, act) => act() };

/** More is an accident; the launcher is told of the first ones. */
const MOST_SPANS = 1000;

/** Collects spans until they are sent. */
export class Recording implements Trace {
  readonly #clock: Clock;
  #spans: Span[];

  constructor(clock: Clock, earlier: readonly Span[] = []) {
    this.#clock = clock;
    this.#spans = [...earlier];
  }

  span<T>(name: string, act: () => T, subject = ''): T {
    const start = this.#clock();
    let pending = false;
    try {
      const result = act();
      if (result instanceof Promise) {
        pending = true;
        return result.finally(() => this.#keep({ name, subject, start, end: this.#clock() })) as T;
      }
      return result;
    } finally {
      if (!pending) this.#keep({ name, subject, start, end: this.#clock() });
    }
  }

  #keep(span: Span): void {
    if (this.#spans.length < MOST_SPANS) this.#spans.push(span);
  }

  /** What has ended by now, once: u64 the time now, list of spans, each string name, string subject, u64 start, u64 end. */
  take(): Uint8Array {
    const out = new ByteWriter();
    out.u64(this.#clock());
    out.list(this.#spans, ({ name, subject = '', start, end }) => {
      out.string(name);
      out.string(subject);
      out.u64(start);
      out.u64(end);
    });
    this.#spans = [];
    return out.finish();
  }
}
