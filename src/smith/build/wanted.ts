import { invalid } from '../../config/check.ts';
import type { Wanted } from '../closure/closure.ts';
import type { LoadedRecipe } from '../recipe/load.ts';
import { expandGlob, globMatcher } from '../tree/glob.ts';
import type { Tree } from '../tree/tree.ts';

/**
 * What `paths` of a recipe names in the source, and why. The original took nothing for a glob that matches nothing, and
 * so made an image without the program that was asked for; here it is an error, for what need not be there is in `optional`.
 *
 * @throws {RailcarError} `config-invalid`, with the place of the glob
 */
export function wantedPaths({ recipe, positions }: LoadedRecipe, source: Tree): Wanted[] {
  const wanted: Wanted[] = [];
  const take = (key: 'paths' | 'optional', index: number, pattern: string): number => {
    const place = `${key}[${index}]`;
    const position = positions.of(place);
    const because = `${positions.file}${position ? `:${position.line}:${position.column}` : ''}: ${pattern}`;
    const paths = expandGlob(source, pattern);
    wanted.push(...paths.map((path) => ({ path, because })));
    return paths.length;
  };
  recipe.paths?.forEach((pattern, index) => {
    if (take('paths', index, pattern) > 0) return;
    throw invalid(
      `paths[${index}]`,
      `there is nothing like ${JSON.stringify(pattern)} in the source`,
      positions,
    );
  });
  recipe.optional?.forEach((pattern, index) => {
    take('optional', index, pattern);
  });
  return wanted;
}

/**
 * Which paths a recipe keeps out, with everything below them.
 *
 * @throws {RailcarError} `config-invalid` for a glob that keeps nothing out
 */
export function excludedPaths({ recipe, positions }: LoadedRecipe, source: Tree): (path: string) => boolean {
  const { excludes = [] } = recipe;
  excludes.forEach((pattern, index) => {
    if (expandGlob(source, pattern).length > 0) return;
    throw invalid(
      `excludes[${index}]`,
      `there is nothing like ${JSON.stringify(pattern)} in the source`,
      positions,
    );
  });
  // By the names that were asked for, and by where they are.
  const real = new Set(
    excludes
      .flatMap((pattern) => expandGlob(source, pattern))
      .map((path) => source.resolve(path, { followLast: false }).path),
  );
  const matches = globMatcher(excludes);
  return (path) => real.has(path) || matches(path);
}
