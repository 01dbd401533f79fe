import type { Config, Mount } from '../config/config.ts';
import { PlanError } from './error.ts';
import type { Facts, NamespaceType } from './facts.ts';
import { mountOps } from './mounts.ts';
import { joinNamespaces, namespaceRoot, openNamespace, slotOf } from './namespaces.ts';
import type { StubOp } from './ops.ts';
import type { Plan } from './plan.ts';

export interface LiveFacts {
  /** Of these a plan of mounts needs no more than a plan of `create` does. */
  readonly facts: Facts;
  readonly init: { readonly pid: number; readonly startTime: number };
  /** Its mount namespace, and its user namespace where that is not the caller's. */
  readonly namespaces: readonly { readonly type: NamespaceType; readonly path: string }[];
  /** Of the container's config.json. */
  readonly linux?: Config['linux'];
}

/** Mounts that a running container gets. What is bound is opened as the caller sees it; all or none of them. */
export function buildMountsAdd(config: Config, mounts: readonly Mount[], live: LiveFacts): Plan {
  const plan = mountOps({ ...config, mounts: [...mounts] }, live.facts, {});
  if (plan.hands.length > 0 || plan.before.length > 0) {
    throw new PlanError('config-unsupported', 'mounts', 'only mounts that are not idmapped can be added');
  }
  const sources: StubOp[] = [];
  const mount = plan.mount.map((op, index): StubOp => {
    if (op.op !== 'bind' || op.tree !== null) return op;
    const tree = `source.${index}`;
    sources.push({ op: 'openTree', path: op.source, recursive: op.recursive, into: tree, origin: op.origin });
    return { ...op, tree };
  });
  return joining(
    live,
    [...plan.sources, ...sources],
    [{ op: 'undoMounts', origin: 'mounts' }, ...mount, ...plan.late],
  );
}

/** Of each mount only the destination counts. */
export function buildMountsRemove(mounts: readonly Mount[], live: LiveFacts): Plan {
  const ops = mounts.map(
    ({ destination }, index): StubOp => ({
      op: 'detach',
      root: 'root',
      dest: destination,
      origin: `mounts[${index}]`,
    }),
  );
  return joining(live, [], ops);
}

function joining(
  { facts: { caller }, init, namespaces, linux }: LiveFacts,
  before: readonly StubOp[],
  inside: readonly StubOp[],
): Plan {
  const origin = 'namespace_paths';
  const joined = namespaces.map((namespace) => ({ ...namespace, origin }));
  const user = namespaces.some(({ type }) => type === 'user');
  return {
    hands: [
      { op: 'pidfd', ...init, into: 'init', origin: 'init_process_pid' },
      ...joined.map(openNamespace),
      // The pid in the paths above still was this process: a pid is not used again before this fails.
      { op: 'signal', process: 'init', signal: 0, origin: 'init_process_pid' },
      {
        op: 'spawn',
        program: 0,
        pass: joined.map(({ type }) => slotOf(type)),
        preserve: 0,
        origin: 'mounts',
      },
      { op: 'await', barrier: 'created', origin: 'mounts' },
    ],
    stubs: [
      [
        // Before the first join, as for `exec` (CVE-2016-9962).
        { op: 'undumpable', origin },
        ...before,
        ...joinNamespaces(joined, caller),
        ...(user ? [{ op: 'become', ...namespaceRoot(linux), origin } as const] : []),
        { op: 'openRoot', into: 'root', origin: 'mounts' },
        ...inside,
        { op: 'report', barrier: 'created', origin: 'mounts' },
        { op: 'leave', origin: 'mounts' },
      ],
    ],
    teardown: [],
  };
}
