/** Names of the machines that Linux runs on, by e_machine; as the kernel calls them in uname(2). */
const names: Readonly<Record<number, string>> = {
  2: 'sparc',
  3: 'i386',
  4: 'm68k',
  8: 'mips',
  15: 'parisc',
  18: 'sparc32plus',
  20: 'ppc',
  21: 'ppc64',
  22: 's390',
  40: 'arm',
  42: 'sh',
  43: 'sparc64',
  50: 'ia64',
  62: 'x86-64',
  183: 'aarch64',
  189: 'microblaze',
  243: 'riscv',
  252: 'csky',
  258: 'loongarch',
};

export const I386 = 3;
export const ARM = 40;
export const X86_64 = 62;
export const AARCH64 = 183;

/** For messages. */
export function machineName(machine: number): string {
  return names[machine] ?? `machine ${machine}`;
}

export interface Architecture {
  readonly bits: 32 | 64;
  readonly littleEndian: boolean;
  readonly machine: number;
  /** e_flags: processor-specific; ARM says there how floating-point numbers are passed. */
  readonly flags: number;
}

const HARD_FLOAT = 0x400;
const SOFT_FLOAT = 0x200;

/** Whether the loader of the one would take the other into the same process (elf(5), glibc's elf_machine_matches_host). */
export function sameArchitecture(one: Architecture, other: Architecture): boolean {
  if (one.bits !== other.bits || one.machine !== other.machine || one.littleEndian !== other.littleEndian) {
    return false;
  }
  const floats = new Set([one.flags & (HARD_FLOAT | SOFT_FLOAT), other.flags & (HARD_FLOAT | SOFT_FLOAT)]);
  // An object that says neither goes with both.
  return one.machine !== ARM || !(floats.has(HARD_FLOAT) && floats.has(SOFT_FLOAT));
}

/** `64-bit x86-64`, for messages. */
export function describeArchitecture({ bits, littleEndian, machine }: Architecture): string {
  const order =
    littleEndian === !bigEndian.has(machine) ? '' : littleEndian ? ' little-endian' : ' big-endian';
  return `${bits}-bit${order} ${machineName(machine)}`;
}

/** Machines of which big-endian is the usual kind. */
const bigEndian = new Set([2, 4, 15, 18, 20, 21, 22, 43]);
