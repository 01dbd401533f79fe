import { constants } from 'node:os';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;
export type StoppingSignal = (typeof signals)[number];

/** Signals that ask smith to stop are kept from ending it at once: there is something to clean up. */
export class Stopping implements Disposable {
  /** The first that came. */
  signal: StoppingSignal | null = null;
  /** What is done with each of them from then on. */
  handle: (signal: StoppingSignal) => void = () => {};
  readonly #listener = (signal: NodeJS.Signals) => {
    this.signal ??= signal as StoppingSignal;
    this.handle(signal as StoppingSignal);
  };

  constructor() {
    for (const signal of signals) process.on(signal, this.#listener);
  }

  [Symbol.dispose](): void {
    for (const signal of signals) process.off(signal, this.#listener);
  }
}

/** As shells have it. */
export function exitStatus(code: number | null, signal: NodeJS.Signals | null): number {
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
}
