import { spawn } from 'node:child_process';
import { RailcarError } from '../../errors.ts';
import { type Observation, Records } from './observation.ts';

/** The small program that listens to fanotify(7), on one mount. */
export class Recorder {
  readonly #records: Records;
  readonly #child;
  readonly #closed: Promise<void>;
  #error: unknown = null;
  readonly #begun: () => void;

  /** @param place the mount, @param rootfs as Records have it, @param begun called when something has been executed */
  constructor(railcar: string, place: string, rootfs: string, begun: () => void) {
    this.#begun = begun;
    this.#records = new Records(rootfs);
    this.#child = spawn(railcar, ['smith-record', place], {
      stdio: ['pipe', 'pipe', 'inherit'],
      detached: true,
    });
    this.#child.stdin.on('error', () => {});
    this.#closed = new Promise((resolve) => {
      this.#child.on('error', (error) => {
        this.#error ??= error;
        resolve();
      });
      this.#child.on('close', () => resolve());
    });
  }

  /** Resolves when it records. */
  async ready(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#child.stdout.on('data', (bytes: Uint8Array) => {
        try {
          this.#records.take(bytes);
          if (this.#records.state !== 'starting') resolve();
          if (this.#records.executed.size > 0) this.#begun();
        } catch (error) {
          this.#error ??= error;
          resolve();
        }
      });
      this.#closed.then(resolve);
    });
    if (this.#error !== null || this.#records.state === 'starting') throw this.#failure();
  }

  /** All that has happened until now. */
  async finish(): Promise<Observation> {
    this.#child.stdin.end();
    await this.#closed;
    if (this.#error !== null || this.#records.state !== 'ended') throw this.#failure();
    return this.#records;
  }

  #failure(): RailcarError {
    if (this.#error instanceof RailcarError) return this.#error;
    const { exitCode, signalCode } = this.#child;
    const reason =
      this.#error instanceof Error ? this.#error.message : `it ended with ${signalCode ?? exitCode}`;
    return new RailcarError('operation-failed', `cannot record what is opened: ${reason}`, {
      cause: this.#error,
    });
  }
}
