import { posix } from 'node:path';
import type { Config, Mount } from '../config/config.ts';
import { PlanError } from './error.ts';
import type { Facts } from './facts.ts';
import { idmapPlan, isMapped } from './mountIdmap.ts';
import { morePropagation, refusesSymlinks } from './mountParts.ts';
import type { MountPlan, Request } from './mounts.ts';
import { namespaceKind } from './namespaces.ts';
import type { StubOp } from './ops.ts';

/** What is mounted elsewhere, shown at another place as well. */
export function bindPlan(request: Request, mount: Mount, config: Config, facts: Facts): Partial<MountPlan> {
  const { dest, options, origin, index } = request;
  refuseData(request);
  if (mount.source === undefined || mount.source === '') {
    throw new PlanError('config-invalid', origin, 'a bind mount needs a source');
  }
  const source = posix.resolve(facts.bundle, mount.source);
  const tree = `mount.${index}`;
  const openTree = {
    op: 'openTree',
    path: source,
    recursive: options.recursive ? 1 : 0,
    into: tree,
    origin,
  } as const;
  const mapped = isMapped(options, mount);
  const early = mapped || namespaceKind(config, 'user') !== 'none';
  const bind: StubOp = {
    op: 'bind',
    root: 'root',
    dest,
    source,
    tree: early ? tree : null,
    recursive: options.recursive ? 1 : 0,
    set: options.attr.set,
    clear: options.attr.clear,
    setRecursive: options.attrRecursive.set,
    clearRecursive: options.attrRecursive.clear,
    propagation: options.propagation[0] ?? [],
    noSymlinks: refusesSymlinks(dest),
    origin,
  };
  return {
    ...(mapped
      ? idmapPlan(openTree, request, mount, config, facts.stateDir)
      : early
        ? { sources: [openTree] }
        : {}),
    mount: [bind, ...morePropagation(request)],
  };
}

/** What a bind shows has been mounted already, by somebody else. */
export function refuseData({ options, origin }: Request): void {
  // `mode=755` means nothing here, and mount(2) takes it without a word; a lone word may be a misspelt option.
  const words = options.data.filter((option) => options.remount || !option.includes('='));
  const [unknown] = [...words, ...(options.copyUp ? ['tmpcopyup'] : [])];
  if (unknown === undefined) return;
  const what = options.remount ? 'the remount of a bind mount' : 'a bind mount';
  throw new PlanError('config-invalid', origin, `"${unknown}" is not an option of ${what}`);
}
