import { closeSync, mkdtempSync, openSync, rmdirSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { descriptorContent } from '../tree/content.ts';
import type { Content } from '../tree/node.ts';

/** $TMPDIR or, since /tmp is often in memory, /var/tmp. */
export function roomyFolder(): string {
  return tmpdir() === '/tmp' ? '/var/tmp' : tmpdir();
}

/**
 * Room on disk for what is too large for memory. A file loses its name as soon as it is open, and the private directory
 * that it was made in goes at once: nobody else finds it, and nothing is left behind, whatever ends the program.
 */
export class Workspace implements Disposable {
  readonly #folder: string;
  readonly #descriptors = new Set<number>();

  constructor(folder: string = roomyFolder()) {
    this.#folder = folder;
  }

  /** A new empty file that is written to its end and then read. */
  file(): SpoolFile {
    const place = mkdtempSync(join(this.#folder, 'railcar-smith-'));
    const path = join(place, 'spool');
    try {
      const descriptor = openSync(path, 'wx+', 0o600);
      this.#descriptors.add(descriptor);
      unlinkSync(path);
      return new SpoolFile(descriptor);
    } finally {
      rmdirSync(place);
    }
  }

  /** Keeps a descriptor that somebody else has opened for reading, until the workspace is closed. */
  keep(descriptor: number): number {
    this.#descriptors.add(descriptor);
    return descriptor;
  }

  /** Contents that lie here can no longer be read. */
  close(): void {
    for (const descriptor of this.#descriptors) closeSync(descriptor);
    this.#descriptors.clear();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

export class SpoolFile {
  readonly #descriptor: number;
  #size = 0;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  get size(): number {
    return this.#size;
  }

  append(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const written = writeSync(this.#descriptor, bytes, at, bytes.length - at, this.#size);
      at += written;
      this.#size += written;
    }
  }

  /** What has been written so far. */
  content(): Content {
    return descriptorContent(this.#descriptor, 0, this.#size);
  }
}
