import { capabilityBit } from '../config/capabilities.ts';
import type { Capabilities } from '../config/config.ts';
import type { Facts } from './facts.ts';

export interface CapabilityMasks {
  readonly bounding: bigint;
  readonly effective: bigint;
  readonly permitted: bigint;
  readonly inheritable: bigint;
  readonly ambient: bigint;
}

/** The five sets as masks. A missing set is empty; unknown names were warned of when config.json was read. */
export function capabilityMasks(sets: Capabilities = {}): CapabilityMasks {
  const permitted = capabilityMask(sets.permitted);
  const inheritable = capabilityMask(sets.inheritable);
  return {
    bounding: capabilityMask(sets.bounding),
    effective: capabilityMask(sets.effective),
    permitted,
    inheritable,
    // The kernel raises no other; those that are left out were warned of when config.json was read.
    ambient: capabilityMask(sets.ambient) & permitted & inheritable,
  };
}

export function hasCapability(mask: bigint, name: string): boolean {
  return (mask & capabilityMask([name])) !== 0n;
}

function capabilityMask(names: readonly string[] = []): bigint {
  return names.reduce((mask, name) => mask | (capabilityBit(name) ?? 0n), 0n);
}
