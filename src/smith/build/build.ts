import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildInfo } from '../../build-info.ts';
import { RailcarError } from '../../errors.ts';
import { describeProblem, refuseIncomplete } from '../closure/problems.ts';
import { assembleImage, type Bundle, layersOf } from '../image/assemble.ts';
import { type Image, imageTree } from '../image/image.ts';
import { writeLayer } from '../image/layer-writer.ts';
import { writeLayout } from '../image/layout-writer.ts';
import { openImage } from '../image/open.ts';
import { readDatabases } from '../packages/databases.ts';
import { readDistribution } from '../packages/distribution.ts';
import { identityOf } from '../recipe/identity.ts';
import { type LoadedRecipe, loadRecipe } from '../recipe/load.ts';
import { isoTime, sbomPlace, sbomText } from '../supply/formats.ts';
import { takeInventory } from '../supply/inventory.ts';
import { changesBetween } from '../tree/changes.ts';
import { memoryContent } from '../tree/content.ts';
import { treeOfDirectory } from '../tree/disk.ts';
import { file } from '../tree/node.ts';
import { overlay } from '../tree/overlay.ts';
import { applyRules, microcontainerRules } from '../tree/rules.ts';
import type { Tree } from '../tree/tree.ts';
import { assemble } from './assemble.ts';
import { executionOf } from './execution.ts';
import { knowsNames, select } from './select.ts';
import { openSource, type Source, type SourceOptions } from './source.ts';

export interface BuildRequest extends SourceOptions {
  /** The recipe's file; relative to `folder`. */
  readonly conf: string;
  /** What is written, with the tag of the image in it. */
  readonly output: { readonly path: string; readonly tag: string };
  readonly buildNumber: string;
  /** Of everything in the image, in seconds since 1970 (SOURCE_DATE_EPOCH). */
  readonly time: number;
  /** A line that the user should see and that stops nothing. */
  readonly warn: (line: string) => void;
}

/**
 * Builds the image of a smith.yaml and writes it as an archive. On failure nothing is written.
 *
 * @returns the digest of the image's manifest
 * @throws {RailcarError}
 */
export async function build(request: BuildRequest): Promise<string> {
  const loaded = readRecipe(request);
  const source = await openSource(loaded, request);
  const { selection, problems } = select(loaded, source.tree, source.execution);
  for (const problem of problems) if (problem.severity === 'warning') request.warn(describeProblem(problem));
  refuseIncomplete(problems);

  const identity = identityOf(loaded.recipe);
  const tree = assemble({
    selection,
    names: knowsNames(loaded) ? identity : null,
    overlay: overlayOf(request),
    mounts: loaded.recipe.mounts ?? [],
  });
  addSbom(tree, loaded, source, request.time);
  const plain = applyRules(tree, microcontainerRules(identity.uid, identity.gid, request.time));
  const parent = await openParent(loaded, request);
  const bundle = await bundleOf(loaded, plain, parent, source, request);
  await write(bundle, request);
  return bundle.descriptor.digest;
}

export function readRecipe({ conf, folder }: Pick<BuildRequest, 'conf' | 'folder'>): LoadedRecipe {
  let bytes: Buffer;
  try {
    bytes = readFileSync(resolve(folder, conf));
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new RailcarError('config-unreadable', `cannot read "${conf}": ${reason}`, { cause: error });
  }
  return loadRecipe(bytes, conf);
}

/** `rootfs` beside the recipe, if there is one. */
function overlayOf({ folder }: BuildRequest): Tree | null {
  const path = join(folder, 'rootfs');
  return statSync(path, { throwIfNoEntry: false }) ? treeOfDirectory(path) : null;
}

async function openParent(
  { recipe }: LoadedRecipe,
  { folder, workspace }: BuildRequest,
): Promise<Image | null> {
  return recipe.parent === undefined ? null : openImage(resolve(folder, recipe.parent), workspace);
}

/** What is in the image, in the image: also scanners that only see the image learn what it is made of. */
function addSbom(tree: Tree, { recipe }: LoadedRecipe, source: Source, time: number): void {
  if (!recipe.sbom?.length) return;
  const database = source.database ?? readDatabases(source.tree);
  const distribution = source.distribution ?? readDistribution(source.tree);
  const inventory = takeInventory(tree, source.tree, database, distribution);
  const about = { name: recipe.package ?? 'image', created: isoTime(time), version: buildInfo.version };
  for (const format of recipe.sbom) {
    tree.add(sbomPlace(format), file(memoryContent(sbomText(format, inventory, about))));
  }
}

/** On a parent, the layer is only what is new or different there; nothing of the parent goes away. */
async function bundleOf(
  { recipe }: LoadedRecipe,
  tree: Tree,
  parent: Image | null,
  { execution, platform }: Source,
  { workspace }: BuildRequest,
): Promise<Bundle> {
  const below = parent ? layersOf(parent) : [];
  const lower = parent && (await imageTree(parent, workspace));
  const top = lower ? changesBetween(lower, overlay(lower, tree)).changed : tree;
  const layers = [...below, await writeLayer({ tree: top }, workspace, recipe.compression)];
  return assembleImage({
    platform,
    execution: executionOf(recipe, execution, parent?.config.config ?? {}),
    layers,
    annotations: recipe.annotations,
  });
}

/** Number and time of a build are no part of the image: two builds of the same files are the same image. */
async function write(bundle: Bundle, { output, buildNumber, time }: BuildRequest): Promise<void> {
  const annotations = {
    'org.opencontainers.image.ref.name': output.tag,
    'org.opencontainers.image.created': isoTime(time),
    'com.oracle.smith.version': buildInfo.version,
    'com.oracle.smith.sha': buildInfo.commit,
    'com.oracle.smith.build': buildNumber,
  };
  await writeLayout(output.path, [{ bundle, annotations }], { form: formOf(output.path) });
}

function formOf(path: string): 'directory' | 'tar' | 'tar.gz' {
  return path.endsWith('/') ? 'directory' : path.endsWith('.tar') ? 'tar' : 'tar.gz';
}
