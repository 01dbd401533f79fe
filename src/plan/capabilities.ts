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

/**
 * The five sets as masks, without what cannot be granted. A missing set is empty; unknown names were warned of when
 * config.json was read.
 */
export function capabilityMasks(sets: Capabilities = {}, grantable: bigint): CapabilityMasks {
  const permitted = capabilityMask(sets.permitted) & grantable;
  const inheritable = capabilityMask(sets.inheritable) & grantable;
  return {
    bounding: capabilityMask(sets.bounding) & grantable,
    effective: capabilityMask(sets.effective) & grantable,
    permitted,
    inheritable,
    // The kernel raises no other; those that are left out were warned of when config.json was read.
    ambient: capabilityMask(sets.ambient) & permitted & inheritable,
  };
}

/** Nobody can give what he does not have; but in a user namespace its first process has everything. */
export function grantableCapabilities({ capabilities }: Facts['caller'], userNamespace: boolean): bigint {
  return userNamespace ? ~0n : capabilities;
}

/** Says what is left out; the specification wants containers to start all the same. */
export function warnOfUngranted(
  sets: Capabilities | undefined,
  grantable: bigint,
  warn: (message: string) => void,
): void {
  const wanted = new Set(Object.values(sets ?? {}).flatMap((names) => names ?? []));
  const missing = [...wanted].filter((name) => ((capabilityBit(name) ?? 0n) & ~grantable) !== 0n);
  if (missing.length === 0) return;
  warn(`process.capabilities: cannot grant ${missing.join(', ')}, which railcar itself does not have`);
}

/** Not the root of the host: many files and calls are refused to such a caller whatever its capabilities are. */
export function isRootless({ uid, initialUserNamespace }: Facts['caller']): boolean {
  return uid !== 0 || !initialUserNamespace;
}

export function hasCapability(mask: bigint, name: string): boolean {
  return (mask & capabilityMask([name])) !== 0n;
}

function capabilityMask(names: readonly string[] = []): bigint {
  return names.reduce((mask, name) => mask | (capabilityBit(name) ?? 0n), 0n);
}
