import { posix } from 'node:path';
import type { Config, Mount } from '../config/config.ts';
import { PlanError } from './error.ts';
import type { Facts } from './facts.ts';
import { mountLabel } from './labels.ts';
import { bindPlan } from './mountBind.ts';
import { type CgroupView, cgroupMount } from './mountCgroup.ts';
import { fileSystemPlan } from './mountFileSystem.ts';
import { isMapped, stageOps } from './mountIdmap.ts';
import { type MountOptions, parseMountOptions } from './mountOptions.ts';
import { remountOps } from './mountRemount.ts';
import { namespaceKind } from './namespaces.ts';
import type { HandsOp, StubOp } from './ops.ts';

/** What one mount, or all of them, add to the programs of a plan. */
export interface MountPlan {
  /** User namespaces of idmapped mounts, and the slots that they are passed in. */
  readonly hands: readonly HandsOp[];
  readonly slots: readonly string[];
  /** Sources that only the caller's rights can prepare: before any namespace is joined. */
  readonly before: readonly StubOp[];
  /** The same, for what has to wait in a mount namespace in between (`stageOps`). */
  readonly stage?: readonly StubOp[];
  /** Sources opened while the stub still has the caller's uid, inside the container's user namespace. */
  readonly sources: readonly StubOp[];
  readonly mount: readonly StubOp[];
  /** What is made read-only only after everything inside has been made. */
  readonly late: readonly StubOp[];
}

/**
 * The `mounts` of config.json, in their order, and after them those of the runtime itself. `cgroupPaths` are those of
 * `cgroupOps`.
 */
export function mountOps(
  config: Config,
  facts: Facts,
  cgroupPaths: Readonly<Record<string, string>>,
  own: readonly { readonly mount: Mount; readonly origin: string }[] = [],
): MountPlan {
  const namespace = namespaceKind(config, 'cgroup') === 'new';
  const label = mountLabel(config, facts.modules);
  const view = { host: facts.cgroups, namespace, paths: cgroupPaths };
  const named = (config.mounts ?? []).map((mount, index) => ({ mount, origin: `mounts[${index}]` }));
  const plans = [...named, ...own].map(({ mount, origin }, index) =>
    mountOp(mount, origin, index, config, facts, view, label),
  );
  const all = <K extends keyof MountPlan>(key: K) => plans.flatMap((plan) => [...(plan[key] ?? [])]);
  return {
    hands: all('hands') as HandsOp[],
    slots: all('slots') as string[],
    before: [...stageOps(all('stage') as StubOp[], facts.stateDir), ...(all('before') as StubOp[])],
    sources: all('sources') as StubOp[],
    mount: all('mount') as StubOp[],
    late: all('late') as StubOp[],
  };
}

/** One resolved mount, as the makers of operations see it. */
export interface Request {
  readonly dest: string;
  readonly source: string;
  readonly type: string;
  readonly options: MountOptions;
  readonly origin: string;
  /** Makes slot names of this mount. */
  readonly index: number;
  /** For SELinux; empty for none. */
  readonly label: string;
}

function mountOp(
  mount: Mount,
  origin: string,
  index: number,
  config: Config,
  facts: Facts,
  view: CgroupView,
  label: string,
): Partial<MountPlan> {
  const options = parseMountOptions(mount.options ?? []);
  const type = options.bind ? 'bind' : (mount.type ?? '');
  // One form for each path: a check of `/proc` must not be passed by `/proc/`.
  const dest = posix.resolve('/', mount.destination);
  // Without an ipc namespace of its own it would be the host's queues that get another label.
  const own = type === 'mqueue' && namespaceKind(config, 'ipc') === 'none' ? '' : label;
  const request: Request = { dest, source: mount.source ?? type, type, options, origin, index, label: own };
  if (isMapped(options, mount) && (type !== 'bind' || options.remount)) {
    throw new PlanError('config-invalid', origin, 'only new bind mounts can be idmapped');
  }
  if (options.remount) return { mount: remountOps(request) };
  if (type === '' || type === 'none') {
    const hint = 'a mount needs the type of a file system, or the option bind or rbind';
    throw new PlanError('config-invalid', origin, hint);
  }
  if (type === 'bind') return bindPlan(request, mount, config, facts);
  if (type === 'cgroup') return cgroupMount(request, view);
  return fileSystemPlan(request, namespaceKind(config, 'user') !== 'none');
}
