import { checkTypes, invalid } from '../../config/check.ts';
import { decodeText } from '../../config/json.ts';
import { childPath } from '../../config/path.ts';
import type { Positions } from '../../config/positions.ts';
import { didYouMean } from '../../config/suggest.ts';
import { digestOf } from '../image/digest.ts';
import { knownKeys, type Recipe, recipeSchema } from './schema.ts';
import { validate } from './validate.ts';
import { parseYaml } from './yaml.ts';

/** What a smith.yaml says, and where it says it: later steps complain with the place of a key such as `paths[2]`. */
export interface LoadedRecipe {
  readonly recipe: Recipe;
  readonly positions: Positions;
  /** Of the file: `sha256:…`. */
  readonly digest: string;
}

/**
 * Reads the bytes of a smith.yaml. `file` is what messages call it.
 *
 * @throws {RailcarError} `config-syntax`, `config-invalid`, each with line and column
 */
export function loadRecipe(bytes: Uint8Array, file: string): LoadedRecipe {
  const { value, positions } = parseYaml(decodeText(bytes, file), file);
  const keyed = withKnownKeys(value ?? {}, '', positions);
  // Its own value, not what was written: truths are no texts there.
  checkTypes(recipeSchema, keyed, positions);
  const recipe = recipeSchema.parse(keyed);
  validate(recipe, positions);
  return { recipe, positions, digest: digestOf(bytes) };
}

/** Keys as the schema spells them: case made no difference to the original. One that is not known is refused, not ignored. */
function withKnownKeys(value: unknown, path: string, positions: Positions): unknown {
  const known = knownKeys[path];
  if (!known || typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const result: Record<string, unknown> = {};
  for (const [written, member] of Object.entries(value)) {
    const place = childPath(path, written);
    const key = known.find((name) => name.toLowerCase() === written.toLowerCase());
    if (key === undefined)
      throw invalid(place, `there is no such key${didYouMean(written, known)}`, positions);
    if (Object.hasOwn(result, key))
      throw invalid(place, 'is there twice, in upper and lower case', positions);
    // A key without a value says nothing.
    if (member !== null) result[key] = withKnownKeys(member, childPath(path, key), positions);
  }
  return result;
}
