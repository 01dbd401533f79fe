import { invalid } from '../../config/check.ts';
import type { Wanted } from '../closure/closure.ts';
import { debugFiles } from '../elf/debug-files.ts';
import type { LoadedRecipe } from '../recipe/load.ts';
import { expandGlob } from '../tree/glob.ts';
import { quoteName } from '../tree/name.ts';
import type { Tree } from '../tree/tree.ts';
import { type Chosen, select } from './select.ts';
import type { Source } from './source.ts';

/** The key of a recipe that asks for debugging information; null: none does. */
export function debugKey({ recipe }: LoadedRecipe): string | null {
  if (recipe.debuginfo) return 'debuginfo';
  const kind = (['mock', 'rpm', 'deb'] as const).find((name) => recipe[name]?.debuginfo);
  return kind === undefined ? null : `${kind}.debuginfo`;
}

export interface Whole extends Chosen {
  /** With the packages that have been got for it. */
  readonly source: Source;
}

/**
 * What the image of a recipe is made of, and, if it asks for that, what its programs and libraries are debugged with: by
 * build-id, of what the source has and of what can be got where its packages come from.
 *
 * @throws {RailcarError}
 */
export async function selectWhole(
  loaded: LoadedRecipe,
  opened: Source,
  overlay: Tree | null,
  warn: (line: string) => void,
): Promise<Whole> {
  const chosen = select(loaded, opened.tree, overlay, opened.execution);
  const key = debugKey(loaded);
  if (key === null) return { ...chosen, source: opened };
  const programs = chosen.selection.paths();
  const source = await withDebugPackages(loaded, opened, programs);
  const { found, without, parted } = debugFiles(source.tree, programs);
  for (const { path, buildId } of without)
    warn(`there is no debugging information of ${quoteName(path)}${buildId ? ` (build-id ${buildId})` : ''}`);
  for (const buildId of parted)
    warn(`a shared part of debugging information is missing (build-id ${buildId})`);
  const place = placeOf(loaded, key);
  const wanted = found.map(({ path, of }) => ({ path, because: `${place}: ${key} of ${of}` }));
  const more = [...wanted, ...debugPaths(loaded, source.tree)];
  return { ...select(loaded, source.tree, overlay, source.execution, more), source };
}

/** A package of debugging information may have left something to a package that it shares with others. */
async function withDebugPackages(
  { recipe }: LoadedRecipe,
  opened: Source,
  programs: readonly string[],
): Promise<Source> {
  let source = opened;
  let names = recipe.mock?.debugdeps ?? [];
  const asked = new Set<string>();
  for (;;) {
    const { without, parted } = debugFiles(source.tree, programs);
    const buildIds = [...without.flatMap(({ buildId }) => buildId ?? []), ...parted].filter(
      (buildId) => !asked.has(buildId),
    );
    if (source.withDebug === undefined || (buildIds.length === 0 && names.length === 0)) return source;
    for (const buildId of buildIds) asked.add(buildId);
    source = await source.withDebug(buildIds, names);
    names = [];
  }
}

function debugPaths(loaded: LoadedRecipe, tree: Tree): Wanted[] {
  const { recipe, positions } = loaded;
  return (recipe.mock?.debugpaths ?? []).flatMap((pattern, index) => {
    const key = `mock.debugpaths[${index}]`;
    const paths = expandGlob(tree, pattern);
    if (paths.length === 0)
      throw invalid(key, `there is nothing like ${JSON.stringify(pattern)} in the source`, positions);
    return paths.map((path) => ({ path, because: `${placeOf(loaded, key)}: ${pattern}` }));
  });
}

function placeOf({ positions }: LoadedRecipe, key: string): string {
  const position = positions.of(key);
  return `${positions.file}${position ? `:${position.line}:${position.column}` : ''}`;
}
