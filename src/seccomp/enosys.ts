import type { CompiledFilter } from '../kernel/kernel.ts';

/**
 * Puts a prologue before a filter, by which system calls newer than every one that the profile names fail with ENOSYS
 * instead of the default action. To a profile they are unknown, not forbidden, and C libraries try the new call first:
 * on ENOSYS they fall back to the old one, on EPERM they give up.
 */
export function answerEnosys(program: Uint8Array, newest: CompiledFilter['newest']): Uint8Array {
  if (newest.length === 0) return program;
  const blocks = newest
    .filter(({ architecture, number }) => number > 0 && architecture !== X32)
    .map(({ architecture, number }) => {
      const x32 = newest.find((other) => other.architecture === X32)?.number ?? 0;
      return block(architecture, architecture === X86_64 ? x86Checks(number, x32) : check(number));
    });
  const length = blocks.reduce((sum, { size }) => sum + size, 1);
  const code: Instruction[] = [LOAD_ARCHITECTURE];
  for (const { build, size } of blocks) code.push(...build(length - code.length - size));
  return Buffer.concat([encode(code), program]);
}

/** struct sock_filter. */
interface Instruction {
  readonly code: number;
  readonly jt?: number;
  readonly jf?: number;
  readonly k: number;
}

const X86_64 = 0xc000003e;
/** libseccomp's token. To the kernel it is x86_64 with this bit in the system call number. */
const X32 = 0x4000003e;
const X32_BIT = 0x40000000;

const LOAD = 0x20;
const JUMP = 0x05;
const JUMP_EQUAL = 0x15;
const JUMP_GREATER = 0x25;
const JUMP_GREATER_EQUAL = 0x35;
const RETURN = 0x06;

/** Offsets in struct seccomp_data. */
const LOAD_NUMBER: Instruction = { code: LOAD, k: 0 };
const LOAD_ARCHITECTURE: Instruction = { code: LOAD, k: 4 };
/** SECCOMP_RET_ERRNO with ENOSYS. */
const RETURN_ENOSYS: Instruction = { code: RETURN, k: 0x00050026 };
/** Stands for a jump to the profile's own program. */
const GO_ON: Instruction = { code: JUMP, k: -1 };

function check(number: number): Instruction[] {
  return [{ code: JUMP_GREATER, jt: 0, jf: 1, k: number }, RETURN_ENOSYS, GO_ON];
}

/** Where x32 is not in the profile, its calls are left to what libseccomp does with a foreign architecture. */
function x86Checks(number: number, x32: number): Instruction[] {
  const forX32 = x32 > 0 ? check(x32) : [];
  const isX32: Instruction = { code: JUMP_GREATER_EQUAL, jt: x32 > 0 ? 3 : 2, jf: 0, k: X32_BIT };
  return [isX32, ...check(number), ...forX32];
}

/** The accumulator holds the architecture at the start of each block that is reached. */
function block(architecture: number, checks: readonly Instruction[]) {
  return {
    size: checks.length + 2,
    /** `after`: how many instructions lie between this block and the program. */
    build: (after: number): Instruction[] => [
      { code: JUMP_EQUAL, jt: 0, jf: checks.length + 1, k: architecture },
      LOAD_NUMBER,
      ...checks.map((instruction, index) =>
        instruction === GO_ON ? { ...GO_ON, k: checks.length - index - 1 + after } : instruction,
      ),
    ],
  };
}

function encode(instructions: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(instructions.length * 8);
  instructions.forEach(({ code, jt = 0, jf = 0, k }, index) => {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(jt, index * 8 + 2);
    bytes.writeUInt8(jf, index * 8 + 3);
    bytes.writeUInt32LE(k >>> 0, index * 8 + 4);
  });
  return bytes;
}
