/**
 * `node compare.ts ROOT OURS lddtree|loader THEIRS`: compares what libraries.ts says of each ELF file of a root with what another
 * program says. Prints what differs, and how many do.
 */
import { readFileSync } from 'node:fs';
import { isDamaged, Objects } from '../../../src/smith/closure/objects.ts';
import { treeOfDirectory } from '../../../src/smith/tree/disk.ts';

const [root = '', ours = '', format = '', theirs = ''] = process.argv.slice(2);
const tree = treeOfDirectory(root);
const objects = new Objects(tree);
const inside = (path: string) => tree.resolve(path.startsWith(root) ? path.slice(root.length) : path).path;

function readOurs(): Map<string, Set<string>> {
  const lines = readFileSync(ours, 'utf8').trim().split('\n');
  return new Map(lines.map((line) => line.split(' ')).map(([path = '', ...found]) => [path, new Set(found)]));
}

/** `/path (interpreter => /ld.so)`, and below it, indented, `name => /path` or `name => None`. */
function readLddtree(): Map<string, Set<string>> {
  const all = new Map<string, Set<string>>();
  let here = new Set<string>();
  for (const line of readFileSync(theirs, 'utf8').split('\n')) {
    const [, program, interpreter = ''] = /^(\/.*) \(interpreter => (.*)\)$/.exec(line) ?? [];
    const [, name, path = ''] = /^ +(\S+) => (.*)$/.exec(line) ?? [];
    if (program !== undefined) {
      here = new Set(interpreter === 'None' ? [] : [inside(interpreter)]);
      all.set(inside(program), here);
    } else if (name !== undefined && !path.startsWith('!!!')) {
      here.add(path === 'None' ? `?${name}` : inside(path));
    }
  }
  return all;
}

/** `# /path`, and what the loader prints: `name => /path (0x…)`, `/path (0x…)`, `name => not found`. */
function readLoader(): Map<string, Set<string>> {
  const all = new Map<string, Set<string>>();
  let here = new Set<string>();
  for (const line of readFileSync(theirs, 'utf8').split('\n')) {
    const program = /^# (.*)$/.exec(line)?.[1];
    const missing = /^\s+(\S+) => not found/.exec(line)?.[1];
    const found = /^\s+(?:\S+ => )?(\/\S+) \(0x/.exec(line)?.[1];
    if (program !== undefined) {
      here = new Set();
      all.set(program, here);
    }
    if (missing !== undefined) here.add(`?${missing}`);
    if (found !== undefined) here.add(inside(found));
  }
  return all;
}

/** With -R, lddtree puts the root before $ORIGIN twice, and finds nothing there. */
function isOriginTwice(path: string, extra: readonly string[], lacking: readonly string[]): boolean {
  const elf = objects.probe(path)?.elf ?? null;
  if (elf === null || isDamaged(elf) || !/\$\{?ORIGIN/.test(elf.dynamic?.runpath ?? elf.dynamic?.rpath ?? ''))
    return false;
  const found = new Set(extra.map((each) => `?${each.slice(each.lastIndexOf('/') + 1)}`));
  return lacking.length > 0 && lacking.every((each) => found.has(each));
}

const mine = readOurs();
const other = format === 'lddtree' ? readLddtree() : readLoader();
let same = 0;
let explained = 0;
let different = 0;
for (const [path, expected] of other) {
  const found = mine.get(path) ?? new Set(['nothing']);
  expected.delete(path);
  const extra = [...found].filter((each) => !expected.has(each));
  const lacking = [...expected].filter((each) => !found.has(each));
  if (extra.length + lacking.length === 0) same++;
  else if (format === 'lddtree' && isOriginTwice(path, extra, lacking)) explained++;
  else {
    different++;
    process.stdout.write(`${path}: only smith: ${extra.join(' ')}; only ${format}: ${lacking.join(' ')}\n`);
  }
}
process.stdout.write(`${format}: ${same} the same, ${explained} explained, ${different} different\n`);
process.exitCode = different === 0 && same > 100 ? 0 : 1;
