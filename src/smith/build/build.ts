import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { buildInfo } from '../../build-info.ts';
import { RailcarError } from '../../errors.ts';
import { describeProblem, refuseIncomplete } from '../closure/problems.ts';
import type { Bundle } from '../image/assemble.ts';
import type { Image } from '../image/image.ts';
import { formOf, writeLayout } from '../image/layout-writer.ts';
import { openImage } from '../image/open.ts';
import type { Platform } from '../image/schema.ts';
import { readDatabases } from '../packages/databases.ts';
import { readDistribution } from '../packages/distribution.ts';
import { emptyDatabase, type PackageDatabase } from '../packages/package.ts';
import { identityOf } from '../recipe/identity.ts';
import { type LoadedRecipe, loadRecipe } from '../recipe/load.ts';
import type { Recipe } from '../recipe/schema.ts';
import { withoutCredentials } from '../registry/remote.ts';
import { isoTime, sbomPlace, sbomText } from '../supply/formats.ts';
import { ownership, takeInventory } from '../supply/inventory.ts';
import type { Material } from '../supply/provenance.ts';
import { memoryContent } from '../tree/content.ts';
import { file } from '../tree/node.ts';
import { applyRules, microcontainerRules } from '../tree/rules.ts';
import type { Tree } from '../tree/tree.ts';
import { assemble } from './assemble.ts';
import { bundleOf } from './bundle.ts';
import { selectWhole } from './debug.ts';
import { materialsOf } from './materials.ts';
import { readOverlay } from './overlay.ts';
import { withoutPrefix } from './prefix.ts';
import { provenanceBundle } from './provenance.ts';
import { knowsNames } from './select.ts';
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
  /** Whether what it was built of is to be said beside the image, also without `provenance` of the recipe. */
  readonly provenance?: boolean;
  /** When it was built, for that; two builds have other times, and so it has to be asked for. */
  readonly period?: () => { readonly startedOn: string; readonly finishedOn: string };
}

/** An image that has not been written. */
export interface Built {
  readonly bundle: Bundle;
  /** What it was built of; empty if that was not asked for. */
  readonly materials: readonly Material[];
  readonly recipe: Recipe;
  readonly platform: Platform;
}

/**
 * Builds the image of a smith.yaml and writes it as an archive. On failure nothing is written.
 *
 * @returns the digest of the image's manifest
 * @throws {RailcarError}
 */
export async function build(request: BuildRequest): Promise<string> {
  const built = await buildImage(request);
  await write(built, request);
  return built.bundle.descriptor.digest;
}

/**
 * The same, without writing it.
 *
 * @throws {RailcarError}
 */
export async function buildImage(request: BuildRequest): Promise<Built> {
  const loaded = readRecipe(request);
  const overlay = readOverlay(request.folder);
  const opened = await openSource(loaded, request);
  const { selection, problems, source } = await selectWhole(loaded, opened, overlay, request.warn);
  for (const problem of problems) if (problem.severity === 'warning') request.warn(describeProblem(problem));
  refuseIncomplete(problems);

  const identity = identityOf(loaded.recipe);
  const tree = assemble({
    selection,
    names: knowsNames(loaded) ? identity : null,
    overlay,
    mounts: loaded.recipe.mounts ?? [],
    prefix: loaded.recipe.prefix,
  });
  const origin = originOf(loaded, source);
  for (const problem of origin.database.unread ?? []) request.warn(problem);
  if (loaded.recipe.layers === 'package' && origin.database.packages.length === 0) {
    request.warn('the source has no list of packages: everything is in one layer');
  }
  addSbom(tree, loaded, origin, request.time);
  const parent = await openParent(loaded, request);
  const bundle = await bundleOf(
    {
      recipe: loaded.recipe,
      tree: applyRules(tree, microcontainerRules(identity.uid, identity.gid, request.time)),
      parent,
      source,
      ownerOf: ownership(source.tree, origin.database, origin.place),
      time: request.time,
    },
    request.workspace,
  );
  const isWanted = request.provenance || loaded.recipe.provenance;
  const origins = { loaded, conf: request.conf, source, overlay, parent, tree, place: origin.place };
  const materials = isWanted ? materialsOf(origins) : [];
  return { bundle, materials, recipe: loaded.recipe, platform: source.platform };
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

async function openParent(
  { recipe }: LoadedRecipe,
  { folder, workspace }: BuildRequest,
): Promise<Image | null> {
  return recipe.parent === undefined ? null : openImage(resolve(folder, recipe.parent), workspace);
}

/** What is in the image, in the image: also scanners that only see the image learn what it is made of. */
function addSbom(tree: Tree, { recipe }: LoadedRecipe, origin: Origin, time: number): void {
  if (!recipe.sbom?.length) return;
  const { source, database, place } = origin;
  const distribution = source.distribution ?? readDistribution(source.tree);
  const inventory = takeInventory(tree, source.tree, database, distribution, place);
  const about = {
    name: withoutCredentials(recipe.package ?? 'image'),
    created: isoTime(time),
    version: buildInfo.version,
  };
  for (const format of recipe.sbom) {
    tree.add(sbomPlace(format), file(memoryContent(sbomText(format, inventory, about))));
  }
}

/** Where the files of the image are from. */
interface Origin {
  readonly source: Source;
  readonly database: PackageDatabase;
  /** Where a path of the image is in the source. */
  readonly place: (path: string) => string | null;
}

/** Databases are only read where somebody wants to know. */
function originOf({ recipe: { sbom, layers, prefix } }: LoadedRecipe, source: Source): Origin {
  const asked = Boolean(sbom?.length) || layers === 'package';
  const database = source.database ?? (asked ? readDatabases(source.tree) : emptyDatabase);
  return { source, database, place: (path) => (prefix === undefined ? path : withoutPrefix(prefix, path)) };
}

/** Number and time of a build are no part of the image: two builds of the same files are the same image. */
async function write(built: Built, request: BuildRequest): Promise<void> {
  const { output, buildNumber, time } = request;
  const { bundle } = built;
  const annotations = {
    'org.opencontainers.image.ref.name': output.tag,
    'org.opencontainers.image.created': isoTime(time),
    'com.oracle.smith.version': buildInfo.version,
    'com.oracle.smith.sha': buildInfo.commit,
    'com.oracle.smith.build': buildNumber,
  };
  const said = built.materials.length > 0 ? [{ bundle: provenanceBundle(built, request) }] : [];
  const named = [{ bundle, annotations }, ...said];
  await writeLayout(output.path, named, { form: formOf(output.path) });
}
