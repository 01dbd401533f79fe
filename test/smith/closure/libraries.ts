/**
 * `node libraries.ts ROOT [FILE...]`: what the closure finds for each ELF file of a root file system, one line each: the file and
 * what is loaded with it, sorted, links followed. `?name` is what cannot be found. Without files: all that there are.
 */
import { LinkMap } from '../../../src/smith/closure/link-map.ts';
import { isDamaged, Objects } from '../../../src/smith/closure/objects.ts';
import { LoaderSystems } from '../../../src/smith/closure/system.ts';
import { treeOfDirectory } from '../../../src/smith/tree/disk.ts';
import type { Tree } from '../../../src/smith/tree/tree.ts';

export function librariesOf(objects: Objects, systems: LoaderSystems, path: string): Set<string> | null {
  const probe = objects.probe(path);
  if (probe === null || probe.elf === null || isDamaged(probe.elf)) return null;
  const found = new Set<string>();
  const subject = { path: probe.resolution.path, node: probe.node, elf: probe.elf };
  const map = new LinkMap(
    subject,
    objects,
    systems.of(probe.elf),
    { libraryPath: '', workingDirectory: '/' },
    {
      leftOut: () => false,
      loaded: () => {},
      missing: ({ names }) => found.add(`?${names[0]}`),
    },
  );
  map.follow();
  for (const object of map.objects) if (object.path !== subject.path) found.add(object.path);
  return found;
}

export function elfFiles(tree: Tree, objects: Objects): string[] {
  return [...tree.walk('/')]
    .filter(([, node]) => node.kind === 'file' && objects.read(node) !== null)
    .map(([path]) => path);
}

if (import.meta.main) {
  const [root = '/', ...files] = process.argv.slice(2);
  const tree = treeOfDirectory(root);
  const objects = new Objects(tree);
  const systems = new LoaderSystems(objects);
  for (const path of files.length > 0 ? files : elfFiles(tree, objects)) {
    const found = librariesOf(objects, systems, path);
    process.stdout.write(`${[path, ...[...(found ?? [])].sort()].join(' ')}\n`);
  }
}
