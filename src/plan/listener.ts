import type { Config } from '../config/config.ts';
import type { Filter } from '../seccomp/compile.ts';
import type { HandsOp, StubOp, Template } from './ops.ts';

/** How the descriptor of a filter with SCMP_ACT_NOTIFY gets to whoever listens at `listenerPath`. */
export interface ListenerPlan {
  /** Before the stub is started. */
  readonly connect: readonly HandsOp[];
  readonly slots: readonly string[];
  /** Once the stub has been born: its own end is the only one left. */
  readonly close: readonly HandsOp[];
}

const SLOT = 'seccomp';

export function listenerPlan(filter: Filter | null): ListenerPlan {
  if (filter === null || filter.listener === null) return { connect: [], slots: [], close: [] };
  const origin = 'linux.seccomp.listenerPath';
  return {
    connect: [{ op: 'connect', path: filter.listener.path, into: SLOT, origin }],
    slots: [SLOT],
    close: [{ op: 'close', file: SLOT, origin }],
  };
}

/** The stub is told its pid as the caller sees it, and waits for that where `learnOp` stands. */
export const tellOp: HandsOp = { op: 'release', barrier: 'known', origin: 'process' };
export const learnOp: StubOp = { op: 'hold', barrier: 'known', origin: 'process' };

/** `state`: the container's, with the pid of its first process as the caller sees it. */
export function seccompOp(
  filter: Filter,
  { ociVersion }: Pick<Config, 'ociVersion'>,
  state: Template,
): StubOp {
  const { program, flags, listener } = filter;
  return {
    op: 'seccomp',
    filter: program,
    flags,
    listener: listener === null ? null : SLOT,
    state: listener === null ? '' : processState(ociVersion, listener.metadata, state),
    origin: 'linux.seccomp',
  };
}

/** "Container process state" of runtime-spec. */
function processState(ociVersion: string, metadata: string | undefined, state: Template): Template {
  const head = JSON.stringify({ ociVersion, fds: ['seccompFd'] }).slice(0, -1);
  const tail = metadata === undefined ? '' : `"metadata":${JSON.stringify(metadata)},`;
  const pieces = typeof state === 'string' ? [state] : state;
  return [`${head},"pid":`, { variable: 'outerPid' }, `,${tail}"state":`, ...pieces, '}'];
}
