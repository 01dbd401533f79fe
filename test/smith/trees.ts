import { memoryContent } from '../../src/smith/tree/content.ts';
import { directory, file, symlink } from '../../src/smith/tree/node.ts';
import { Tree } from '../../src/smith/tree/tree.ts';
import { type ElfParts, elfFile } from './elf-files.ts';

/**
 * A tree from a list: a text or bytes are a file (mode 0755 if its first line is for an interpreter), `{ link }` a link, `{ elf }` an ELF file of mode
 * 0644, as Debian has its libraries; a path with a slash at its end is a directory.
 */
export type Planted =
  | string
  | Uint8Array
  | { readonly link: string }
  | { readonly elf: ElfParts; readonly mode?: number };

export function plant(entries: Readonly<Record<string, Planted>>): Tree {
  const tree = new Tree();
  for (const [path, planted] of Object.entries(entries)) {
    if (path.endsWith('/')) tree.add(path, directory());
    else if (typeof planted === 'string') {
      tree.add(path, file(memoryContent(planted), planted.startsWith('#!') ? 0o755 : 0o644));
    } else if (planted instanceof Uint8Array) tree.add(path, file(memoryContent(planted)));
    else if ('link' in planted) tree.add(path, symlink(planted.link));
    else tree.add(path, file(memoryContent(elfFile(planted.elf)), planted.mode ?? 0o644));
  }
  return tree;
}
