import type { Config, LinuxSpec, Process } from '../../src/config/config.ts';
import { buildCreate } from '../../src/plan/create.ts';
import type { CreateOptions, Facts } from '../../src/plan/facts.ts';
import type { HandsOp, StubOp } from '../../src/plan/ops.ts';
import { facts, options } from '../golden/facts.ts';

export type NamespaceTypes = NonNullable<LinuxSpec['namespaces']>[number]['type'];

export interface Changes {
  readonly config?: Partial<Config>;
  readonly process?: Partial<Process>;
  readonly linux?: LinuxSpec;
  readonly namespaces?: readonly NamespaceTypes[];
  readonly caller?: Partial<Facts['caller']>;
  readonly facts?: Partial<Facts>;
  readonly options?: Partial<CreateOptions>;
}

/** A small container with the given changes. */
export function configOf(changes: Changes): Config {
  const namespaces = (changes.namespaces ?? ['pid', 'mount']).map((type) => ({ type }));
  return {
    ociVersion: '1.2.0',
    root: { path: 'rootfs' },
    ...changes.config,
    process: { cwd: '/', args: ['true'], ...changes.process },
    linux: { namespaces, ...changes.linux },
  };
}

export function planOf(changes: Changes) {
  const caller = { ...facts.caller, ...changes.caller };
  return buildCreate(
    configOf(changes),
    { ...facts, ...changes.facts, caller },
    { ...options, ...changes.options },
  );
}

export function stubOf(changes: Changes): readonly StubOp[] {
  return planOf(changes).stubs[0] ?? [];
}

/** The mount operations of one mount. */
export function mountsOf(
  mount: NonNullable<Config['mounts']>[number],
  changes: Changes = {},
): readonly StubOp[] {
  return stubOf({ ...changes, config: { ...changes.config, mounts: [mount] } }).filter(
    ({ origin }) => origin === 'mounts[0]',
  );
}

export function names(ops: readonly (HandsOp | StubOp)[]): string[] {
  return ops.map(({ op }) => op);
}

/** The first operation of this name. */
export function find<N extends StubOp['op']>(ops: readonly StubOp[], name: N): Extract<StubOp, { op: N }>;
export function find<N extends HandsOp['op']>(ops: readonly HandsOp[], name: N): Extract<HandsOp, { op: N }>;
export function find(ops: readonly (HandsOp | StubOp)[], name: string): unknown {
  const found = ops.find(({ op }) => op === name);
  if (found === undefined) throw new Error(`no ${name} in ${names(ops).join(' ')}`);
  return found;
}
