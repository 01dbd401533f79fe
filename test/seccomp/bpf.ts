/** struct seccomp_data, as far as tests vary it. */
export interface Call {
  /** AUDIT_ARCH_*; x86_64 unless said otherwise. */
  readonly architecture?: number;
  readonly number: number;
  readonly args?: readonly bigint[];
}

export const X86_64 = 0xc000003e;
export const I386 = 0x40000003;

/** Runs a filter as the kernel would: the action for this call. Throws on an instruction that seccomp does not allow. */
export function runFilter(program: Uint8Array, call: Call): number {
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength);
  const data = seccompData(call);
  let accumulator = 0;
  for (let at = 0; at < program.length; ) {
    const code = view.getUint16(at, true);
    const [jt, jf] = [view.getUint8(at + 2), view.getUint8(at + 3)];
    const k = view.getUint32(at + 4, true);
    at += 8;
    const jump = (taken: boolean) => {
      at += 8 * (taken ? jt : jf);
    };
    if (code === 0x06) return k;
    if (code === 0x20) accumulator = data.getUint32(k, true);
    else if (code === 0x54) accumulator = (accumulator & k) >>> 0;
    else if (code === 0x05) at += 8 * k;
    else if (code === 0x15) jump(accumulator === k);
    else if (code === 0x25) jump(accumulator > k);
    else if (code === 0x35) jump(accumulator >= k);
    else if (code === 0x45) jump((accumulator & k) !== 0);
    else throw new Error(`instruction 0x${code.toString(16)} at ${at / 8 - 1}`);
  }
  throw new Error('ran beyond the end');
}

function seccompData({ architecture = X86_64, number, args = [] }: Call): DataView {
  const data = new DataView(new ArrayBuffer(64));
  data.setUint32(0, number, true);
  data.setUint32(4, architecture, true);
  args.forEach((value, index) => {
    data.setBigUint64(16 + 8 * index, value, true);
  });
  return data;
}
