import { type Closure, type ClosureOptions, closure, type Wanted } from '../closure/closure.ts';
import type { Execution } from '../image/schema.ts';
import { identityOf } from '../recipe/identity.ts';
import type { LoadedRecipe } from '../recipe/load.ts';
import { nssFiles } from '../recipe/nss.ts';
import { globMatcher } from '../tree/glob.ts';
import type { Tree } from '../tree/tree.ts';
import { executionOf, variablesOf } from './execution.ts';
import { ofOverlay, withOverlay } from './overlay.ts';
import { excludedPaths, wantedPaths } from './wanted.ts';

export interface Chosen extends Closure {
  /** What programs of the image find where they look: the source with the overlay in it. */
  readonly tree: Tree;
}

/** What of a source, and for the overlay, the image of a recipe is made of, and what it lacks. */
export function select(
  loaded: LoadedRecipe,
  source: Tree,
  overlay: Tree | null,
  below: Execution,
  more: readonly Wanted[] = [],
): Chosen {
  const tree = withOverlay(source, overlay);
  const options = closureOptions(loaded, source, overlay, below);
  return { ...closure(tree, { ...options, wanted: [...options.wanted, ...more] }), tree };
}

/** How a recipe has its paths followed. */
export function closureOptions(
  loaded: LoadedRecipe,
  source: Tree,
  overlay: Tree | null,
  below: Execution,
): ClosureOptions {
  const { recipe } = loaded;
  const execution = executionOf(recipe, below);
  const names = knowsNames(loaded);
  return {
    overlay: overlay ? [...ofOverlay(overlay)].map(([path]) => path).slice(1) : [],
    wanted: wantedPaths(loaded, source),
    excludes: excludedPaths(loaded, source),
    environment: variablesOf(execution),
    workingDirectory: execution.WorkingDir || '/',
    nss: names ? { conf: nssFiles(identityOf(recipe))['/etc/nsswitch.conf'] } : null,
    gconv: recipe.gconv === true ? 'all' : recipe.gconv || null,
    dlopen: recipe.dlopen === true ? 'recommended' : recipe.dlopen || null,
    loads: new Map(Object.entries(recipe.loads ?? {})),
    mentioned: recipe.mentioned ?? false,
    hwcaps: recipe.hwcaps ?? false,
    force: recipe.force ?? false,
    optional: globMatcher(recipe.missing ?? []),
  };
}

/** Whether the image has to be able to look up its user. */
export function knowsNames({ recipe }: LoadedRecipe): boolean {
  return recipe.nss === true || identityOf(recipe).needsNames;
}
