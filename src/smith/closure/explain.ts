import { quoteName } from '../tree/name.ts';
import type { Reason, Selection } from './selection.ts';

/**
 * Why a path is in the image, one sentence for each step back to the recipe. Null if it is not.
 *
 *     "/usr/lib/libz.so.1.3" is needed by "/usr/bin/curl" as libz.so.1 (found in ld.so.cache).
 *     "/usr/bin/curl" is asked for: smith.yaml:4:5.
 */
export function explain(selection: Selection, path: string): string[] | null {
  if (!selection.has(path)) return null;
  const sentences: string[] = [];
  const told = new Set<string>();
  let here: string | null = path;
  while (here !== null && !told.has(here)) {
    told.add(here);
    const reasons: readonly Reason[] = selection.get(here)?.reasons ?? [];
    const reason = best(reasons, told);
    if (reason === undefined) break;
    const others = reasons.length - 1;
    const more =
      others === 0 ? '' : ` There ${others === 1 ? 'is 1 more reason' : `are ${others} more reasons`}.`;
    sentences.push(`${quoteName(here)} ${clause(reason)}.${here === path ? more : ''}`);
    here = 'by' in reason ? reason.by : null;
  }
  return sentences;
}

/** What was asked for needs no other reason; otherwise the first, which is what brought it in. */
function best(reasons: readonly Reason[], told: ReadonlySet<string>): Reason | undefined {
  const wanted = reasons.find(({ kind }) => kind === 'wanted' || kind === 'overlay');
  return wanted ?? reasons.find((reason) => 'by' in reason && !told.has(reason.by));
}

function clause(reason: Reason): string {
  const by = 'by' in reason ? quoteName(reason.by) : '';
  switch (reason.kind) {
    case 'wanted':
      return `is asked for: ${reason.because}`;
    case 'overlay':
      return `is laid over everything: ${reason.because}`;
    case 'below':
      return `is in ${by}, which is taken whole`;
    case 'parent':
      return `is the directory that ${by} is in`;
    case 'link':
      return `is a link on the way to ${by}, by the name ${quoteName(reason.asked)}`;
    case 'target':
      return `is where the link ${by} leads`;
    case 'interpreter':
      return `is the loader of ${by} (PT_INTERP)`;
    case 'shebang':
      return `runs the script ${by} (its first line says ${quoteName(reason.name)})`;
    case 'command':
      return `is ${quoteName(reason.name)} in PATH, which the first line of ${by} has env run`;
    case 'cache':
      return `is where the loader finds ${by}`;
    case 'variant':
      return `is ${by} for other processors`;
    case 'gconv':
      return `converts character sets for ${by}`;
    default: {
      const place = reason.place === null ? '' : ` (found by ${reason.place})`;
      return `${loads[reason.kind]} ${by} as ${quoteName(reason.name)}${reason.detail === null ? '' : `, for ${reason.detail}`}${place}`;
    }
  }
}

const loads = {
  needed: 'is needed by',
  filter: 'has the symbols of the filter',
  auxiliary: 'may have symbols of',
  audit: 'audits',
  preload: 'is loaded before the libraries of',
  dlopen: 'may be loaded while it runs by',
  nss: 'looks names up for',
  hint: 'is loaded, says the recipe, by',
  mentioned: 'has a name that is found as text in',
} as const;
