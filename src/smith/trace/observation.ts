import { RailcarError } from '../../errors.ts';
import { decodeName } from '../tree/name.ts';

/** What a program did to the files of its root file system. Paths have no links in them. */
export interface Observation {
  readonly opened: ReadonlySet<string>;
  /** Files whose content, and directories whose names were read. */
  readonly read: ReadonlySet<string>;
  readonly executed: ReadonlySet<string>;
  readonly written: ReadonlySet<string>;
}

/**
 * Understands what the recorder says (native/launcher/recorder.h), however it is cut into pieces. `rootfs` is where the
 * root is before the container has entered it: the runtime itself may open something there.
 */
export class Records implements Observation {
  readonly opened = new Set<string>();
  readonly read = new Set<string>();
  readonly executed = new Set<string>();
  readonly written = new Set<string>();
  /** Whether it has begun to record, and whether all has been told. */
  state: 'starting' | 'ready' | 'ended' = 'starting';
  #rest: Buffer = Buffer.alloc(0);
  readonly #rootfs: string;

  constructor(rootfs: string) {
    this.#rootfs = rootfs;
  }

  /** @throws {RailcarError} `operation-failed` for a recorder that fails */
  take(bytes: Uint8Array): void {
    const all = Buffer.concat([this.#rest, bytes]);
    let start = 0;
    for (let end = all.indexOf(0); end >= 0; end = all.indexOf(0, start)) {
      this.#line(decodeName(all.subarray(start, end)));
      start = end + 1;
    }
    this.#rest = all.subarray(start);
  }

  #line(line: string): void {
    const space = line.indexOf(' ');
    if (line === 'ready') this.state = 'ready';
    else if (line === 'end') this.state = 'ended';
    else if (line.startsWith('failed ')) throw failure(line);
    else if (space >= 0) this.#event(line.slice(0, space), this.#inside(line.slice(space + 1)));
  }

  #event(letters: string, path: string): void {
    const sets = { o: this.opened, r: this.read, x: this.executed, w: this.written };
    for (const [letter, set] of Object.entries(sets)) if (letters.includes(letter)) set.add(path);
  }

  #inside(path: string): string {
    if (path === this.#rootfs) return '/';
    return path.startsWith(`${this.#rootfs}/`) ? path.slice(this.#rootfs.length) : path;
  }
}

const OVERFLOW = '75';
const EPERM = '1';

function failure(line: string): RailcarError {
  const [, step, errno] = line.split(' ');
  const reason =
    errno === OVERFLOW
      ? 'the kernel has lost some of the events'
      : errno === EPERM
        ? 'this takes CAP_SYS_ADMIN of the host'
        : `${step} failed with error number ${errno}`;
  return new RailcarError('operation-failed', `cannot record what is opened: ${reason}`);
}
