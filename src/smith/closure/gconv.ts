import { matches } from '../elf/pattern.ts';
import { decodeName } from '../tree/name.ts';
import type { Tree } from '../tree/tree.ts';

const MAX_CONF = 4 * 1024 * 1024;

export interface Gconv {
  /** Lists of modules, and what iconvconfig(8) makes of them. */
  readonly configuration: readonly string[];
  readonly modules: readonly string[];
  /** Character sets that were asked for and are in no list. */
  readonly unknown: readonly string[];
}

/** glibc's modules that convert to and from the character sets, or all of them, in `directory` (iconvconfig(8)). */
export function gconvFiles(tree: Tree, directory: string, charsets: readonly string[] | 'all'): Gconv {
  const lists = [
    ...matches(tree, `${directory}/gconv-modules`),
    ...matches(tree, `${directory}/gconv-modules.d/*.conf`),
  ];
  const configuration = [...lists, ...matches(tree, `${directory}/gconv-modules.cache`)];
  const every = matches(tree, `${directory}/*.so`);
  if (charsets === 'all') return { configuration, modules: every, unknown: [] };

  const text = lists.map((path) => textOf(tree, path)).join('\n');
  const words = text.split('\n').map((line) => line.replace(/#.*/, '').trim().split(/\s+/));
  const aliases = new Map(
    words.filter(([word]) => word === 'alias').map(([, from = '', to = '']) => [from, to]),
  );
  const files = new Map<string, Set<string>>();
  for (const [word, from = '', to = '', file = ''] of words) {
    if (word !== 'module') continue;
    for (const name of [from, to])
      files.set(name, (files.get(name) ?? new Set()).add(`${directory}/${file}.so`));
  }
  // UTF-8, UTF-16 and their like are in the library itself.
  const known = (charset: string) => files.get(resolved(aliases, `${charset.toUpperCase()}//`));
  return {
    configuration,
    modules: every.filter((path) => charsets.some((charset) => known(charset)?.has(path) === true)),
    unknown: charsets.filter(
      (charset) =>
        known(charset) === undefined && !/^(utf-?(8|7|16|32)|ascii|us-ascii|ucs-?[24])/i.test(charset),
    ),
  };
}

function resolved(aliases: ReadonlyMap<string, string>, name: string): string {
  let here = name;
  // An alias of an alias of itself would go on for ever.
  for (let step = 0; step < 10; step++) here = aliases.get(here) ?? here;
  return here;
}

function textOf(tree: Tree, path: string): string {
  const { node } = tree.resolve(path);
  return node?.kind === 'file' ? decodeName(node.content.read(0, MAX_CONF)) : '';
}
