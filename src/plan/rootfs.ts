import { posix } from 'node:path';
import type { Config } from '../config/config.ts';
import type { CreateOptions } from './facts.ts';
import { propagations } from './mountOptions.ts';
import { namespaceKind } from './namespaces.ts';
import type { HandsOp, StubOp } from './ops.ts';
import { unmountOps } from './unmount.ts';

export interface RootPlan {
  /** Absolute path on the host. */
  readonly path: string;
  readonly hands: readonly HandsOp[];
  readonly slots: readonly string[];
  /** While the stub still has the caller's uid, inside the container's user namespace. */
  readonly sources: readonly StubOp[];
  /** Before the mounts. */
  readonly open: readonly StubOp[];
  /** After everything inside has been made. */
  readonly enter: readonly StubOp[];
  readonly readonly: readonly StubOp[];
  readonly propagate: readonly StubOp[];
}

/** How the root file system becomes the container's `/`. */
export function rootOps(config: Config, bundle: string, options: CreateOptions): RootPlan {
  const path = posix.resolve(bundle, config.root.path);
  const kind = namespaceKind(config, 'mount');
  // Without a mount namespace a bind would show up on the host, so the directory is used as it is.
  if (kind === 'none') {
    const open: HandsOp = {
      op: 'open',
      path,
      flags: ['path', 'directory'],
      mode: 0,
      into: 'root',
      undo: unmountOps(config, path),
      origin: 'root.path',
    };
    return { ...empty, path, hands: [open], slots: ['root'], enter: [enterOp('chroot')] };
  }
  const early = namespaceKind(config, 'user') !== 'none';
  return {
    ...empty,
    path,
    sources: early ? [{ op: 'openTree', path, recursive: 1, into: 'rootTree', origin: 'root.path' }] : [],
    open: [
      ...(kind === 'new' ? isolate(config, path) : []),
      { op: 'rootfs', path, tree: early ? 'rootTree' : null, into: 'root', origin: 'root.path' },
    ],
    // pivot_root in a joined namespace would move the root of those who live there.
    enter: [enterOp(kind === 'joined' ? 'chroot' : options.noPivot ? 'move' : 'pivot')],
    readonly: config.root.readonly ? [readonlyOp] : [],
    propagate: propagateOps(config),
  };
}

const empty = { hands: [], slots: [], sources: [], open: [], readonly: [], propagate: [] };

function enterOp(how: 'pivot' | 'move' | 'chroot'): StubOp {
  return { op: 'pivot', root: 'root', how, origin: how === 'move' ? '--no-pivot' : 'root.path' };
}

const readonlyOp: StubOp = {
  op: 'attr',
  root: 'root',
  dest: '/',
  set: ['ro'],
  clear: [],
  recursive: 0,
  propagation: [],
  origin: 'root.readonly',
};

/** Mounts of the container never reach the host unless config.json says so; those of the host reach it, or not. */
function isolate(config: Config, path: string): StubOp[] {
  const wanted = config.linux?.rootfsPropagation;
  // The root file system is bound from it: what is private there has no master any more.
  const slave = wanted === 'slave' || wanted === 'rslave';
  return [
    {
      op: 'propagate',
      flags: propagations[wanted ?? 'rslave'] ?? [],
      origin: wanted === undefined ? 'default propagation' : 'linux.rootfsPropagation',
    },
    { op: 'privateParent', path, propagation: [slave ? 'slave' : 'private'], origin: 'root.path' },
  ];
}

/** Once more for the new `/`, which was bound below a private mount. */
function propagateOps(config: Config): StubOp[] {
  const wanted = config.linux?.rootfsPropagation;
  if (wanted === undefined || wanted === 'private' || wanted === 'rprivate') return [];
  return [{ op: 'propagate', flags: propagations[wanted] ?? [], origin: 'linux.rootfsPropagation' }];
}
