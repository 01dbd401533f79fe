import { decodeProgram, type Instruction } from '../../../src/cgroups/bpf.ts';
import type { Setting } from '../../../src/cgroups/setting.ts';

/** Somebody wants to use a device: letters of `rwm`. */
export interface Access {
  readonly type: 'c' | 'b';
  readonly major: number;
  readonly minor: number;
  readonly wanted: string;
}

const bits: Readonly<Record<string, number>> = { m: 1, r: 2, w: 4 };
const maskOf = (letters: string) => [...letters].reduce((mask, letter) => mask | (bits[letter] ?? 0), 0);

interface Exception {
  readonly type: string;
  readonly major: string;
  readonly minor: string;
  access: number;
}

/** What the kernel's device controller makes of these writes to devices.allow and devices.deny. */
export class V1 {
  #allow = true;
  #exceptions: Exception[] = [];

  constructor(settings: readonly Setting[]) {
    for (const { file, text } of settings) this.#write(file === 'devices.allow', text);
  }

  #write(allow: boolean, text: string): void {
    const [type = '', numbers = '', letters = ''] = text.split(' ');
    if (type === 'a') {
      this.#allow = allow;
      this.#exceptions = [];
      return;
    }
    const [major = '', minor = ''] = numbers.split(':');
    const access = maskOf(letters);
    const known = this.#exceptions.find(
      (other) => other.type === type && other.major === major && other.minor === minor,
    );
    if (allow === this.#allow) {
      if (known) known.access &= ~access;
    } else if (known) known.access |= access;
    else this.#exceptions.push({ type, major, minor, access });
  }

  allows({ type, major, minor, wanted }: Access): boolean {
    const mask = maskOf(wanted);
    const meant = this.#exceptions.filter(
      (one) =>
        one.access !== 0 &&
        one.type === type &&
        ['*', String(major)].includes(one.major) &&
        ['*', String(minor)].includes(one.minor),
    );
    return this.#allow
      ? !meant.some(({ access }) => (access & mask) !== 0)
      : meant.some(({ access }) => (mask & ~access) === 0);
  }
}

/** Executes a device filter as the kernel does: the registers are unsigned, of 32 bits here. */
export function runFilter(program: Uint8Array, { type, major, minor, wanted }: Access): boolean {
  const context = [(maskOf(wanted) << 16) | (type === 'b' ? 1 : 2), major, minor];
  const registers = new Uint32Array(11);
  const instructions = decodeProgram(program);
  for (let at = 0; at < instructions.length; ) {
    const one = instructions[at];
    if (one === undefined) break;
    if (one.code === 0x95) return registers[0] === 1;
    at += 1 + step(one, registers, context);
  }
  throw new Error('the program runs over its end');
}

/** Returns how many instructions are skipped. */
function step(
  { code, target, source, offset, immediate }: Instruction,
  registers: Uint32Array,
  context: readonly number[],
): number {
  const own = registers[target] ?? 0;
  const other = registers[source] ?? 0;
  switch (code) {
    case 0x61:
      registers[target] = context[offset / 4] ?? Number.NaN;
      return 0;
    case 0x54:
      registers[target] = own & immediate;
      return 0;
    case 0x74:
      registers[target] = own >>> immediate;
      return 0;
    case 0xbc:
      registers[target] = other;
      return 0;
    case 0xb4:
      registers[target] = immediate;
      return 0;
    case 0x16:
      return own === immediate ? offset : 0;
    case 0x56:
      return own !== immediate ? offset : 0;
    case 0x5e:
      return own !== other ? offset : 0;
    default:
      throw new Error(`no such instruction: ${code}`);
  }
}
