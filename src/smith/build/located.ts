import { RailcarError } from '../../errors.ts';
import type { LoadedRecipe } from '../recipe/load.ts';

/**
 * Does something that a key of the recipe asks for: what goes wrong is said with the place of that key.
 *
 * @param key or which one it is, by what has gone wrong
 * @throws {RailcarError}
 */
export async function located<T>(
  { positions }: LoadedRecipe,
  key: string | ((error: RailcarError) => string),
  task: () => Promise<T>,
): Promise<T> {
  try {
    return await task();
  } catch (error) {
    // Of a key within this one.
    if (!(error instanceof RailcarError) || error.position !== null) throw error;
    const path = typeof key === 'string' ? key : key(error);
    throw new RailcarError(error.code, `${path}: ${error.message}`, {
      file: positions.file,
      position: positions.of(path),
      hint: error.hint ?? undefined,
      cause: error,
    });
  }
}
