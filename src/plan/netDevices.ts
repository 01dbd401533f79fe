import type { Config } from '../config/config.ts';
import { joinPath } from '../config/path.ts';
import { namespaceKind, slotOf } from './namespaces.ts';
import type { HandsOp, StubOp } from './ops.ts';

export interface NetDevicePlan {
  /** The launcher's part, once the container's process exists. */
  readonly move: readonly HandsOp[];
  /** As soon as the stub is in the container's network namespace. */
  readonly send: readonly StubOp[];
  /** Before anybody looks for the devices: hooks, network sysctls, the user's program. */
  readonly wait: readonly StubOp[];
}

const SLOT = 'network';
const ORIGIN = 'linux.netDevices';

/**
 * Devices of the caller's network namespace that move into the container's. At its end nothing is left to do: with the
 * namespace the kernel destroys virtual devices and takes physical ones back. If the container is not made after all,
 * they are brought back, which the kernel would not do with virtual ones.
 */
export function netDevicePlan(config: Config): NetDevicePlan {
  const devices = Object.entries(config.linux?.netDevices ?? {});
  if (devices.length === 0) return { move: [], send: [], wait: [] };
  const joined = namespaceKind(config, 'network') === 'joined';
  const to = joined ? slotOf('network') : SLOT;
  return {
    move: [
      ...(joined ? [] : [{ op: 'receive', into: SLOT, origin: ORIGIN } as const]),
      ...devices.map(([device, { name }]) => moveOp(device, name || device, to)),
      { op: 'release', barrier: 'network', origin: ORIGIN },
    ],
    send: joined ? [] : [{ op: 'sendNetwork', origin: ORIGIN }],
    wait: [{ op: 'hold', barrier: 'network', origin: ORIGIN }],
  };
}

function moveOp(device: string, name: string, to: string): HandsOp {
  const origin = joinPath(['linux', 'netDevices', device]);
  const undo: HandsOp = { op: 'moveDevice', device: name, name: device, from: to, to: null, origin };
  return { op: 'moveDevice', device, name, from: null, to, undo: [undo], origin };
}
