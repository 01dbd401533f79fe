import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { digestOf, sha256Of } from '../image/digest.ts';
import type { Image } from '../image/image.ts';
import { readDatabases } from '../packages/databases.ts';
import { readDistribution } from '../packages/distribution.ts';
import { inOrder, type Package } from '../packages/package.ts';
import type { LoadedRecipe } from '../recipe/load.ts';
import { ownership } from '../supply/inventory.ts';
import { type Material, packageMaterial } from '../supply/provenance.ts';
import { encodeName } from '../tree/name.ts';
import type { Node } from '../tree/node.ts';
import type { Tree } from '../tree/tree.ts';
import { ofOverlay } from './overlay.ts';
import { isUrl, type Source } from './source.ts';

export interface Origins {
  readonly loaded: LoadedRecipe;
  /** The recipe's file. */
  readonly conf: string;
  readonly source: Source;
  readonly overlay: Tree | null;
  readonly parent: Image | null;
  /** Of the image. */
  readonly tree: Tree;
  /** Where a path of the image is in the source. */
  readonly place: Place;
}

type Place = (path: string) => string | null;

/** Everything that an image was built of, with digests where they are known. */
export function materialsOf(origins: Origins): Material[] {
  const { loaded, conf, source, overlay, parent } = origins;
  const { recipe, digest } = loaded;
  const { package: name } = recipe;
  return [
    { name: basename(conf), digest: digestSet(digest) },
    ...overlayMaterials(overlay),
    ...(parent && recipe.parent ? [{ name: recipe.parent, digest: digestSet(parent.digest) }] : []),
    ...(name && source.digest ? [imageMaterial(name, source.digest)] : []),
    ...(name && !source.digest && !source.database ? [directoryMaterial(name, origins)] : []),
    ...packageMaterials(origins),
  ];
}

/** All that was fetched; of a source that is whole, those of which something is in the image. */
function packageMaterials({ source, tree, place }: Origins): Material[] {
  const distribution = source.distribution ?? readDistribution(source.tree);
  const database = source.database ?? readDatabases(source.tree);
  const found = source.database
    ? database.packages
    : packagesIn(tree, ownership(source.tree, database, place));
  return found.map((one) => packageMaterial(one, distribution));
}

function packagesIn(tree: Tree, ownerOf: (path: string, node: Node) => Package | null): Package[] {
  const found = new Set<Package>();
  for (const [path, node] of tree.walk()) {
    const owner = ownerOf(path, node);
    if (owner) found.add(owner);
  }
  return inOrder(found);
}

function imageMaterial(name: string, digest: string): Material {
  return isUrl(name) ? { uri: name, digest: digestSet(digest) } : { name, digest: digestSet(digest) };
}

/** Each file of the overlay; of a link what it names. */
function overlayMaterials(overlay: Tree | null): Material[] {
  const found: Material[] = [];
  for (const [path, node] of overlay ? ofOverlay(overlay) : []) {
    const name = `rootfs${path}`;
    if (node.kind === 'file') found.push({ name, digest: { sha256: sha256Of(node.content) } });
    if (node.kind === 'symlink') {
      found.push({ name, digest: digestSet(digestOf(encodeName(node.target))) });
    }
  }
  return found;
}

/**
 * A directory has no digest; what has been taken of it has: that of the lines `DIGEST  PATH` of its files, as sha256sum
 * prints them, in the order of the paths.
 */
function directoryMaterial(name: string, { source, tree, place }: Origins): Material {
  const lines = createHash('sha256');
  for (const [path, node] of tree.walk()) {
    const origin = source.tree.get(place(path) ?? '');
    if (node.kind !== 'file' || origin?.kind !== 'file' || origin.content !== node.content) continue;
    lines.update(encodeName(`${sha256Of(node.content)}  ${path}\n`));
  }
  return { name, digest: { sha256: lines.digest('hex') } };
}

/** `sha256:…` as materials have it. */
function digestSet(digest: string): Record<string, string> {
  const [algorithm = '', hex = ''] = digest.split(':');
  return { [algorithm]: hex };
}
