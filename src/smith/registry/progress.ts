/** What the user sees of blobs on their way. */
export interface Progress {
  /** A blob of this size; the function takes how much of it has arrived so far. */
  begin(digest: string, size: number): (arrived: number) => void;
  /** How it ended: `pulled`, `sent`, `there`, `mounted`. */
  end(digest: string, how: string): void;
}

export const silent: Progress = { begin: () => () => {}, end: () => {} };

interface Output {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

interface Line {
  readonly size: number;
  arrived: number;
  how: string | null;
}

const WIDTH = 24;
/** Milliseconds between two pictures. */
const INTERVAL = 100;

/** Bars on a terminal, redrawn in place; elsewhere one line for each blob when it has arrived. */
export function progressOn(output: Output, now: () => number): Progress {
  return output.isTTY ? new Bars(output, now) : new Lines(output);
}

class Lines implements Progress {
  readonly #output: Output;
  readonly #sizes = new Map<string, number>();

  constructor(output: Output) {
    this.#output = output;
  }

  begin(digest: string, size: number) {
    this.#sizes.set(digest, size);
    return () => {};
  }

  end(digest: string, how: string): void {
    this.#output.write(`${short(digest)} ${how}, ${bytes(this.#sizes.get(digest) ?? 0)}\n`);
  }
}

class Bars implements Progress {
  readonly #output: Output;
  readonly #now: () => number;
  readonly #lines = new Map<string, Line>();
  #drawn = 0;
  #last = Number.NEGATIVE_INFINITY;

  constructor(output: Output, now: () => number) {
    this.#output = output;
    this.#now = now;
  }

  begin(digest: string, size: number) {
    const line: Line = { size, arrived: 0, how: null };
    this.#lines.set(digest, line);
    this.#draw();
    return (arrived: number) => {
      line.arrived = arrived;
      if (this.#now() - this.#last >= INTERVAL) this.#draw();
    };
  }

  end(digest: string, how: string): void {
    const line = this.#lines.get(digest);
    if (line) line.how = how;
    this.#draw();
  }

  /** All of them, over the last picture: up, and each line cleared to its end. */
  #draw(): void {
    this.#last = this.#now();
    const width = this.#output.columns || 80;
    const lines = [...this.#lines].map(([digest, line]) => picture(digest, line).slice(0, width - 1));
    const up = this.#drawn > 0 ? `\x1b[${this.#drawn}A` : '';
    this.#output.write(up + lines.map((line) => `${line}\x1b[K\n`).join(''));
    this.#drawn = lines.length;
  }
}

function picture(digest: string, { size, arrived, how }: Line): string {
  const part = how !== null || size === 0 ? 1 : Math.min(arrived / size, 1);
  const full = Math.round(part * WIDTH);
  return `${short(digest)} [${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}] ${how === null ? `${Math.floor(part * 100)} %` : how} of ${bytes(size)}`;
}

/** As Docker shortens it. */
function short(digest: string): string {
  return digest.replace(/^[^:]*:/, '').slice(0, 12);
}

/** 1.5 MiB; with one digit where that tells more. */
export function bytes(count: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  let value = count;
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024;
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}
