/** One instruction of eBPF: struct bpf_insn of bpf(2). Registers 0 to 10. */
export interface Instruction {
  readonly code: number;
  readonly target: number;
  readonly source: number;
  /** How many instructions a jump skips, or the place in memory of a load. */
  readonly offset: number;
  readonly immediate: number;
}

/** The instructions that are used here, all on the lower 32 bits; kernel: Documentation/bpf/standardization. */
const codes = {
  load: 0x61,
  and: 0x54,
  shiftRight: 0x74,
  copy: 0xbc,
  set: 0xb4,
  jumpIfEqual: 0x16,
  jumpUnlessEqual: 0x56,
  jumpUnlessSame: 0x5e,
  exit: 0x95,
} as const;

const make = (code: number, target = 0, immediate = 0, source = 0, offset = 0): Instruction => ({
  code,
  target,
  source,
  offset,
  immediate,
});

/** target = the 32 bits at source + offset. */
export const load = (target: number, source: number, offset: number) =>
  make(codes.load, target, 0, source, offset);
export const and = (target: number, mask: number) => make(codes.and, target, mask);
export const shiftRight = (target: number, bits: number) => make(codes.shiftRight, target, bits);
export const copy = (target: number, source: number) => make(codes.copy, target, 0, source);
export const set = (target: number, value: number) => make(codes.set, target, value);
export const jumpIfEqual = (register: number, value: number) => make(codes.jumpIfEqual, register, value);
export const jumpUnlessEqual = (register: number, value: number) =>
  make(codes.jumpUnlessEqual, register, value);
export const jumpUnlessSame = (register: number, other: number) =>
  make(codes.jumpUnlessSame, register, 0, other);
export const exit = () => make(codes.exit);

/** Instructions of which every jump leads to the end of the block. */
export function block(instructions: readonly Instruction[]): Instruction[] {
  return instructions.map((one, index) =>
    isJump(one) ? { ...one, offset: instructions.length - index - 1 } : one,
  );
}

function isJump({ code }: Instruction): boolean {
  return code === codes.jumpIfEqual || code === codes.jumpUnlessEqual || code === codes.jumpUnlessSame;
}

const SIZE = 8;

/** Little-endian, as every machine that railcar is built for. */
export function encodeProgram(program: readonly Instruction[]): Uint8Array {
  const bytes = Buffer.alloc(program.length * SIZE);
  for (const [index, { code, target, source, offset, immediate }] of program.entries()) {
    bytes.writeUInt8(code, index * SIZE);
    bytes.writeUInt8(target | (source << 4), index * SIZE + 1);
    bytes.writeInt16LE(offset, index * SIZE + 2);
    bytes.writeUInt32LE(immediate >>> 0, index * SIZE + 4);
  }
  return new Uint8Array(bytes);
}

export function decodeProgram(bytes: Uint8Array): Instruction[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: bytes.length / SIZE }, (_, index) => {
    const registers = view.getUint8(index * SIZE + 1);
    return {
      code: view.getUint8(index * SIZE),
      target: registers & 0xf,
      source: registers >> 4,
      offset: view.getInt16(index * SIZE + 2, true),
      immediate: view.getUint32(index * SIZE + 4, true),
    };
  });
}

/** A line for each instruction, in the manner of bpftool; a jump names the line that it leads to. */
export function printProgram(bytes: Uint8Array): string[] {
  return decodeProgram(bytes).map((one, index) => `${index}: ${print(one, index)}`);
}

function print({ code, target, source, offset, immediate }: Instruction, index: number): string {
  const goto = `goto ${index + offset + 1}`;
  switch (code) {
    case codes.load:
      return `w${target} = *(u32 *)(r${source} + ${offset})`;
    case codes.and:
      return `w${target} &= ${immediate}`;
    case codes.shiftRight:
      return `w${target} >>= ${immediate}`;
    case codes.copy:
      return `w${target} = w${source}`;
    case codes.set:
      return `w${target} = ${immediate}`;
    case codes.jumpIfEqual:
      return `if w${target} == ${immediate} ${goto}`;
    case codes.jumpUnlessEqual:
      return `if w${target} != ${immediate} ${goto}`;
    case codes.jumpUnlessSame:
      return `if w${target} != w${source} ${goto}`;
    case codes.exit:
      return 'exit';
    default:
      return `unknown ${code}`;
  }
}
