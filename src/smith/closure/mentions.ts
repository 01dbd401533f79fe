import type { ElfFile } from '../elf/elf.ts';
import type { FileNode } from '../tree/node.ts';

const CHUNK = 1024 * 1024;
/** Longer than any name: what lies across two chunks is read twice. */
const OVERLAP = 128;

/**
 * Names of libraries that stand in a file as texts of their own: what it may hand to dlopen(3), as well as leftovers. Those
 * that it needs anyway are not among them.
 */
export function mentionedLibraries(node: FileNode, elf: ElfFile): string[] {
  const found = new Set<string>();
  for (let at = 0; at < node.content.size; at += CHUNK) {
    const bytes = node.content.read(at, CHUNK + OVERLAP);
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
    for (const [name] of text.matchAll(/(?<![\w./+-])lib[\w+-][\w.+-]{0,80}?\.so(?:\.\d{1,6}){0,4}(?=\0)/g))
      found.add(name);
  }
  for (const name of [...(elf.dynamic?.needed ?? []), elf.dynamic?.soname ?? '']) found.delete(name);
  return [...found].sort();
}
