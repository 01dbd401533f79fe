import { resolve } from 'node:path';
import { childPath } from '../../config/path.ts';
import { RailcarError } from '../../errors.ts';
import type { Platform } from '../image/schema.ts';
import type { LoadedRecipe } from '../recipe/load.ts';
import { Mock } from '../source/mock.ts';
import { runProgram } from '../source/program.ts';
import { treeOfDirectory } from '../tree/disk.ts';
import { located } from './located.ts';
import type { Source, SourceOptions } from './source.ts';

/** mock's own. */
const CONFIG = '/etc/mock/default.cfg';

/**
 * Of packages that mock installs. With `-f` a root that has the package is taken as it is.
 *
 * @throws {RailcarError} with the place of the key that could not be done
 */
export async function mockSource(
  loaded: LoadedRecipe,
  name: string,
  platform: Platform,
  options: SourceOptions,
): Promise<Source> {
  const { recipe } = loaded;
  const { config = CONFIG, deps = [] } = recipe.mock ?? {};
  const { folder, fast, registry } = options;
  const mock = new Mock(config.startsWith('.') ? resolve(folder, config) : config, registry.log);
  const wanted = [...deps, name].map((one) => (one.endsWith('.rpm') ? resolve(folder, one) : one));
  const root = await located(loaded, recipe.mock?.config === undefined ? 'type' : 'mock.config', async () => {
    if (!fast) await mock.clean();
    const there = fast && (await mock.has(name));
    if (!there) {
      await betweenScripts(loaded, options, () => located(loaded, 'package', () => mock.install(wanted)));
    }
    return await mock.root();
  });
  const read = async (): Promise<Source> => {
    if (process.getuid?.() !== 0 && recipe.paths?.length) await mock.makeReadable(recipe.paths);
    return { tree: treeOfDirectory(root), execution: {}, platform, withDebug };
  };
  const withDebug = async (buildIds: readonly string[], names: readonly string[]) => {
    if (buildIds.length > 0) await mock.installDebug(buildIds);
    if (names.length > 0) await located(loaded, 'mock.debugdeps', () => mock.install(names));
    return await read();
  };
  return await read();
}

/**
 * What `mock.pre-build` and `mock.post-build` name are programs of this machine: the one runs before packages are installed,
 * the other after that, also if it has failed.
 */
export async function betweenScripts<T>(
  loaded: LoadedRecipe,
  { folder, registry: { log } }: SourceOptions,
  task: () => Promise<T>,
): Promise<T> {
  const run = async (key: 'pre-build' | 'post-build') => {
    const program = loaded.recipe.mock?.[key];
    if (program === undefined) return;
    const path = program.includes('/') ? resolve(folder, program) : program;
    await located(loaded, childPath('mock', key), async () => {
      await runProgram(path, [], { doing: `run "${program}"`, folder, log });
    });
  };
  await run('pre-build');
  let done: { readonly value: T } | null = null;
  try {
    done = { value: await task() };
  } finally {
    // What the task has said counts for more.
    await run('post-build').catch((error: unknown) => {
      if (done !== null || !(error instanceof RailcarError)) throw error;
    });
  }
  return done.value;
}
