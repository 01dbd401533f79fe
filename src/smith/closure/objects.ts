import { RailcarError } from '../../errors.ts';
import { type ElfFile, readElf } from '../elf/elf.ts';
import type { FileNode } from '../tree/node.ts';
import type { Resolution } from '../tree/resolve.ts';
import type { Tree } from '../tree/tree.ts';

/** What a file is to a loader: ELF, no ELF, or ELF in name only and why. */
export type Reading = ElfFile | null | { readonly reason: string };

export function isDamaged(reading: Reading): reading is { readonly reason: string } {
  return reading !== null && 'reason' in reading;
}

/** What a loader that opens a path finds there. */
export interface Probe {
  readonly resolution: Resolution;
  readonly node: FileNode;
  readonly elf: Reading;
}

/** Files of the tree as ELF. Each is read once, and each path followed once: whole roots ask for the same few often. */
export class Objects {
  readonly tree: Tree;
  readonly #read = new Map<FileNode, Reading>();
  /** Only of what is there: a hostile file can ask for millions of paths that are not. */
  readonly #probes = new Map<string, Probe>();

  constructor(tree: Tree) {
    this.tree = tree;
  }

  read(node: FileNode): Reading {
    let reading = this.#read.get(node);
    if (reading === undefined) {
      reading = readingOf(node);
      this.#read.set(node, reading);
    }
    return reading;
  }

  /** Null where there is no file: a loader tries the next place. */
  probe(path: string): Probe | null {
    const known = this.#probes.get(path);
    if (known !== undefined) return known;
    const resolution = this.tree.resolve(path);
    const { node } = resolution;
    if (node?.kind !== 'file') return null;
    const probe = { resolution, node, elf: this.read(node) };
    this.#probes.set(path, probe);
    return probe;
  }
}

function readingOf(node: FileNode): Reading {
  try {
    return readElf(node.content);
  } catch (error) {
    if (error instanceof RailcarError && error.code === 'elf-invalid') return { reason: error.message };
    throw error;
  }
}
