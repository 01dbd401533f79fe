import { buildInfo } from '../../build-info.ts';
import { openAnyImage } from '../build/source.ts';
import { imageTree } from '../image/image.ts';
import { parsePlatform } from '../image/platform.ts';
import { Workspace } from '../image/workspace.ts';
import { readDatabases } from '../packages/databases.ts';
import { readDistribution } from '../packages/distribution.ts';
import { isoTime, type SbomFormat, sbomText } from '../supply/formats.ts';
import { takeInventory } from '../supply/inventory.ts';
import { progress, registryOptions, type Shared, sourceDate } from './context.ts';

export interface SbomFlags extends Shared {
  readonly image: string;
  readonly format: SbomFormat;
  readonly platform: string | undefined;
}

/** `smith sbom IMAGE`: what is in an image, of whatever maker, by its files and its package managers' databases. */
export async function sbom(flags: SbomFlags): Promise<void> {
  using workspace = new Workspace();
  const platform = flags.platform === undefined ? undefined : parsePlatform(flags.platform);
  const options = { folder: '.', workspace, registry: registryOptions(flags), progress: progress() };
  const image = await openAnyImage(flags.image, platform, options);
  const tree = await imageTree(image, workspace);
  const inventory = takeInventory(tree, tree, readDatabases(tree), readDistribution(tree));
  const about = { name: flags.image, created: isoTime(sourceDate()), version: buildInfo.version };
  process.stdout.write(sbomText(flags.format, inventory, about));
}
