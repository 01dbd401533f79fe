import type { DeviceRule } from '../config/config.ts';
import type { HandsOp } from '../plan/ops.ts';
import {
  and,
  block,
  copy,
  encodeProgram,
  exit,
  type Instruction,
  jumpIfEqual,
  jumpUnlessEqual,
  jumpUnlessSame,
  load,
  set,
  shiftRight,
} from './bpf.ts';
import { type DeviceException, type DeviceList, deviceList } from './device-list.ts';
import { alwaysAllowed } from './devices.ts';

/**
 * v2 has no device controller: a program (BPF_PROG_TYPE_CGROUP_DEVICE) is asked about each access to a device and
 * answers 1 (allowed) or 0. This one answers what v1 would answer with the same rules.
 */
export function deviceFilter(rules: readonly DeviceRule[] = []): Uint8Array {
  const list = deviceList(rules, alwaysAllowed);
  return encodeProgram([
    ...begin,
    ...list.exceptions.flatMap((one) => exceptionBlock(one, list)),
    ...answer(list.allow),
  ]);
}

/**
 * Puts the filter of `rules` in force in the cgroup of a slot. Only the host's root may do that; where he has given
 * railcar no such right, nobody can make or open a device in the container but by the rights of the caller.
 */
export function deviceFilterOp(
  dir: string,
  rules: readonly DeviceRule[] | undefined,
  origin: string,
  rootless: boolean,
): HandsOp {
  const orElse = { on: ['EPERM'], do: [] } as const;
  return { op: 'deviceFilter', dir, filter: deviceFilter(rules), origin, ...(rootless && { orElse }) };
}

/** struct bpf_cgroup_dev_ctx { u32 access_type; u32 major; u32 minor; }, whose address is in register 1 at first. */
const CONTEXT = 1;
const RESULT = 0;
const TYPE = 2;
const ACCESS = 3;
const MAJOR = 4;
const MINOR = 5;
/** The context is not needed any more when this is. */
const SCRATCH = 1;

/** access_type: the type in the lower half, the access in the upper. */
const begin: readonly Instruction[] = [
  load(TYPE, CONTEXT, 0),
  and(TYPE, 0xffff),
  load(ACCESS, CONTEXT, 0),
  shiftRight(ACCESS, 16),
  load(MAJOR, CONTEXT, 4),
  load(MINOR, CONTEXT, 8),
];

/** BPF_DEVCG_DEV_BLOCK, BPF_DEVCG_DEV_CHAR. */
const types = { b: 1, c: 2 } as const;

/** BPF_DEVCG_ACC_MKNOD, _READ, _WRITE. */
const accesses: Readonly<Record<string, number>> = { m: 1, r: 2, w: 4 };
const EVERY = 7;

function exceptionBlock({ type, major, minor, access }: DeviceException, list: DeviceList): Instruction[] {
  return block([
    jumpUnlessEqual(TYPE, types[type]),
    ...(major === null ? [] : [jumpUnlessEqual(MAJOR, major)]),
    ...(minor === null ? [] : [jumpUnlessEqual(MINOR, minor)]),
    ...(list.allow ? partly(maskOf(access)) : wholly(maskOf(access))),
    ...answer(!list.allow),
  ]);
}

/** One exception must allow all that is wanted: reading allowed by one and writing by another is not both. */
function wholly(mask: number): Instruction[] {
  return mask === EVERY ? [] : [copy(SCRATCH, ACCESS), and(SCRATCH, mask), jumpUnlessSame(SCRATCH, ACCESS)];
}

/** A part of what is wanted suffices for being denied. Asking whether a file is there wants nothing at all. */
function partly(mask: number): Instruction[] {
  return [copy(SCRATCH, ACCESS), and(SCRATCH, mask), jumpIfEqual(SCRATCH, 0)];
}

function answer(allow: boolean): Instruction[] {
  return [set(RESULT, allow ? 1 : 0), exit()];
}

function maskOf(access: string): number {
  return [...access].reduce((mask, letter) => mask | (accesses[letter] ?? 0), 0);
}
