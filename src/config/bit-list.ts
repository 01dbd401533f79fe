/** More bits than any kernel has processors (8192) or memory nodes (1024). */
const BITS = 8192;

/**
 * A list of numbers and ranges such as `0-3,7` as a mask, the lowest number in the lowest bit of the first byte; null
 * if it is no such list. Blanks do not count, and neither do empty items, as the kernel's own lists have them.
 */
export function parseBitList(list: string): Uint8Array | null {
  const bits = new Set<number>();
  for (const item of list.replaceAll(' ', '').split(',')) {
    if (item === '') continue;
    const [, first = '', last = first] = /^(\d+)(?:-(\d+))?$/.exec(item) ?? [];
    if (first === '' || Number(first) > Number(last) || Number(last) >= BITS) return null;
    for (let bit = Number(first); bit <= Number(last); bit++) bits.add(bit);
  }
  const mask = new Uint8Array(Math.ceil((Math.max(-1, ...bits) + 1) / 64) * 8);
  for (const bit of bits) mask[bit >> 3] = (mask[bit >> 3] ?? 0) | (1 << (bit & 7));
  return mask;
}

/** Every processor that there may be: what a new process of the host may run on. */
export function allBits(): Uint8Array {
  return new Uint8Array(BITS / 8).fill(0xff);
}

/** The list of a mask. */
export function bitList(mask: Uint8Array): string {
  const ranges: [number, number][] = [];
  for (let bit = 0; bit < mask.length * 8; bit++) {
    if (((mask[bit >> 3] ?? 0) & (1 << (bit & 7))) === 0) continue;
    const last = ranges.at(-1);
    if (last?.[1] === bit - 1) last[1] = bit;
    else ranges.push([bit, bit]);
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
}
