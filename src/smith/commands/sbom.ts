import { buildInfo } from '../../build-info.ts';
import { imageTree } from '../image/image.ts';
import { Workspace } from '../image/workspace.ts';
import { readDatabases } from '../packages/databases.ts';
import { readDistribution } from '../packages/distribution.ts';
import { isoTime, type SbomFormat, sbomText } from '../supply/formats.ts';
import { takeInventory } from '../supply/inventory.ts';
import { sourceDate, warn } from './context.ts';
import { type ImageFlags, namedImage } from './image.ts';

export interface SbomFlags extends ImageFlags {
  readonly format: SbomFormat;
}

/** `smith sbom IMAGE`: what is in an image, of whatever maker, by its files and its package managers' databases. */
export async function sbom(flags: SbomFlags): Promise<void> {
  using workspace = new Workspace();
  const image = await namedImage(flags, workspace);
  const tree = await imageTree(image, workspace);
  const database = readDatabases(tree);
  for (const problem of database.unread ?? []) warn(problem);
  const inventory = takeInventory(tree, tree, database, readDistribution(tree));
  const about = { name: flags.image, created: isoTime(sourceDate()), version: buildInfo.version };
  process.stdout.write(sbomText(flags.format, inventory, about));
}
