import { resolve } from 'node:path';
import { RailcarError } from '../../errors.ts';
import { readRecipe } from '../build/build.ts';
import { selectWhole } from '../build/debug.ts';
import { readOverlay } from '../build/overlay.ts';
import { openSource } from '../build/source.ts';
import { explain as reasons } from '../closure/explain.ts';
import { Workspace } from '../image/workspace.ts';
import { readDatabases } from '../packages/databases.ts';
import { describePackage } from '../packages/package.ts';
import { ownership } from '../supply/inventory.ts';
import { quoteName } from '../tree/name.ts';
import { cacheFolder, progress, registryOptions, type Shared, warn } from './context.ts';

export interface ExplainFlags extends Shared {
  readonly conf: string;
  readonly dir: string;
  readonly files: readonly string[];
}

/** `smith explain FILE…`: why each is in the image, back to the line of the recipe that it is there for. */
export async function explain(flags: ExplainFlags): Promise<void> {
  using workspace = new Workspace();
  const request = {
    conf: flags.conf,
    folder: resolve(flags.dir),
    workspace,
    registry: registryOptions(flags),
    progress: progress(),
    cache: cacheFolder(),
    // What is explained is the last build.
    fast: true,
  };
  const loaded = readRecipe(request);
  const opened = await openSource(loaded, request);
  const overlay = readOverlay(request.folder);
  // What it lacks, the build has said.
  const { selection, tree, source } = await selectWhole(loaded, opened, overlay, () => {});
  const database = source.database ?? readDatabases(source.tree);
  for (const problem of database.unread ?? []) warn(problem);
  const ownerOf = ownership(source.tree, database, (path) => path);
  for (const file of flags.files) {
    const { path } = tree.resolve(file, { followLast: false });
    const sentences = reasons(selection, path);
    if (sentences === null) {
      const known = tree.get(path) ? 'nothing in the image needs it' : 'the source does not have it';
      throw new RailcarError('image-missing', `${quoteName(file)} is not in the image: ${known}`);
    }
    const node = tree.get(path);
    const owner = node ? ownerOf(path, node) : null;
    if (owner) sentences.push(`${quoteName(path)} is of package ${describePackage(owner)}.`);
    process.stdout.write(sentences.map((sentence) => `${sentence}\n`).join(''));
  }
}
