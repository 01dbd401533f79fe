import { type BigIntStats, lstatSync, lutimesSync, statSync, symlinkSync, unlinkSync } from 'node:fs';
import { encodeName } from '../tree/name.ts';
import type { Tree } from '../tree/tree.ts';

/**
 * Which symbolic links a program goes through. Nothing tells that when it happens: fanotify only knows the file at the
 * end. But the kernel notes the time at which a link is followed, at least once after the link has been made
 * (relatime), and all links of a tree that was just written are new.
 */
export class LinkTimes {
  readonly #folder: string;
  readonly #before = new Map<string, BigIntStats>();

  /** To be asked after `tree` has been written into `folder` and before anything runs in it. */
  constructor(tree: Tree, folder: string) {
    this.#folder = folder;
    for (const [path, node] of tree.walk()) {
      if (node.kind !== 'symlink') continue;
      const stats = look(folder, path);
      if (stats) this.#before.set(path, stats);
    }
  }

  /** Those that have been followed since, and are still the same ones. */
  followed(): Set<string> {
    const followed = new Set<string>();
    for (const [path, before] of this.#before) {
      const now = look(this.#folder, path);
      if (now?.ino === before.ino && now.atimeNs !== before.atimeNs) followed.add(path);
    }
    return followed;
  }
}

/** Whether the file system of an absolute folder, which can be written to, keeps those times (it may be mounted noatime). */
export function keepsLinkTimes(folder: string): boolean {
  const probe = `${folder}/link`;
  symlinkSync(folder, probe);
  try {
    lutimesSync(probe, 1, 1);
    statSync(probe);
    return lstatSync(probe).atimeMs !== 1000;
  } finally {
    unlinkSync(probe);
  }
}

function look(folder: string, path: string): BigIntStats | undefined {
  return lstatSync(Buffer.concat([Buffer.from(folder), encodeName(path)]), {
    bigint: true,
    throwIfNoEntry: false,
  });
}
