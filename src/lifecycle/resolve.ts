import type { Hands } from '../execute/hands.ts';
import { link, readNamed, textOf } from '../execute/reads.ts';

/** As many links as the kernel follows. */
const LINKS_MAX = 40;

interface Walk {
  readonly path: string;
  /** How far from the root nothing is a link. */
  readonly done: readonly string[];
  readonly rest: readonly string[];
}

/**
 * Where paths of a container lead to, by reading each link on the way as the container sees it: through /proc/PID/root the
 * kernel would follow an absolute one from the host's root. What the container changes meanwhile leads astray only itself.
 */
export async function resolveInside(
  hands: Hands,
  pid: number,
  paths: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  let walks = paths.map((path): Walk => ({ path, done: [], rest: words(path) }));
  for (let round = 0; round < LINKS_MAX && walks.some(({ rest }) => rest.length > 0); round++) {
    const wanted = [...new Set(walks.flatMap(prefixes))];
    const found = await readNamed(
      hands,
      Object.fromEntries(wanted.map((path) => [path, link(`/proc/${pid}/root${path}`)])),
    );
    walks = walks.map((walk) => step(walk, (path) => found[path] && textOf(found[path])));
  }
  return Object.fromEntries(walks.map(({ path, done }) => [path, `/${done.join('/')}`]));
}

const words = (path: string): string[] => path.split('/').filter((word) => word !== '' && word !== '.');

function prefixes({ done, rest }: Walk): string[] {
  return rest.map((_, index) => `/${[...done, ...rest.slice(0, index + 1)].join('/')}`);
}

/** Up to the first link, or to the end. */
function step(walk: Walk, target: (path: string) => string | undefined): Walk {
  const done = [...walk.done];
  for (const [index, word] of walk.rest.entries()) {
    // What comes after it has been asked for by another name.
    if (word === '..') return { ...walk, done: done.slice(0, -1), rest: walk.rest.slice(index + 1) };
    const to = target(`/${[...done, word].join('/')}`);
    if (to === undefined) {
      done.push(word);
      continue;
    }
    const rest = [...words(to), ...walk.rest.slice(index + 1)];
    return { ...walk, done: to.startsWith('/') ? [] : done, rest };
  }
  return { ...walk, done, rest: [] };
}
