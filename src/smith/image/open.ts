import { existsSync } from 'node:fs';
import { RailcarError } from '../../errors.ts';
import { quoteName } from '../tree/name.ts';
import { type Choice, chooseManifest, chooseRoots } from './choose.ts';
import { dockerImage } from './docker-archive.ts';
import { type Files, openFiles } from './files.ts';
import { type Image, readImage } from './image.ts';
import { readJson } from './json.ts';
import { type Descriptor, type Index, indexSchema, layoutSchema } from './schema.ts';
import { type BlobStore, layoutStore } from './store.ts';
import { imagesOf } from './whole.ts';
import type { Workspace } from './workspace.ts';

/**
 * An image of an OCI layout (a directory, or an archive of one, plain or compressed) or of an archive of `docker save`.
 * `reference` is `PATH` or `PATH:TAG`; a file that has a colon in its name is found as well.
 *
 * @throws RailcarError `image-missing`, `image-invalid`
 */
export async function openImage(
  reference: string,
  workspace: Workspace,
  choice: Choice = {},
): Promise<Image> {
  const { path, tag } = splitReference(reference);
  const files = await openFiles(path, workspace);
  return imageOf(files, quoteName(path), { tag, ...choice });
}

/** What is in an archive or a layout under one tag. */
export interface Opened {
  /** Null: the images are of `docker save`, which has no documents. */
  readonly store: BlobStore | null;
  /** Of the index or the manifest; null if there is none, or several. */
  readonly root: Descriptor | null;
  /** Of all platforms; read when they are asked for, since some may not be there. */
  images(): readonly Image[];
}

/**
 * All images of a layout or archive, of whatever platform. `reference` is as of `openImage`.
 *
 * @throws RailcarError `image-missing`, `image-invalid`
 */
export async function openAll(reference: string, workspace: Workspace): Promise<Opened> {
  const { path, tag } = splitReference(reference);
  const name = quoteName(path);
  const files = await openFiles(path, workspace);
  const layout = layoutOf(files, name);
  if (layout === null) return { store: null, root: null, images: () => [imageOf(files, name, { tag })] };
  const { store, index } = layout;
  const roots = chooseRoots(store, index, tag);
  const [root = null] = roots.length === 1 ? roots : [];
  return { store, root, images: () => roots.flatMap((one) => imagesOf(store, one)) };
}

/** `x.tar.gz:tag` → path and tag. */
export function splitReference(reference: string): {
  readonly path: string;
  readonly tag: string | undefined;
} {
  const colon = reference.lastIndexOf(':');
  if (colon < 1 || reference.indexOf('/', colon) !== -1 || existsSync(reference))
    return { path: reference, tag: undefined };
  const tag = reference.slice(colon + 1);
  return { path: reference.slice(0, colon), tag: tag === '' ? undefined : tag };
}

function layoutOf(files: Files, name: string): { readonly store: BlobStore; readonly index: Index } | null {
  const layout = files.get('oci-layout');
  const index = files.get('index.json');
  if (index === undefined) return null;
  if (layout === undefined)
    throw new RailcarError('image-invalid', `cannot read ${name}: its oci-layout is missing`);
  readJson(layout, layoutSchema, `oci-layout of ${name}`);
  return {
    store: layoutStore(files, name),
    index: readJson(index, indexSchema, `index.json of ${name}`),
  };
}

/** Docker 25 and later save a layout with a manifest.json beside it; the layout says more. */
function imageOf(files: Files, name: string, choice: Choice): Image {
  const layout = layoutOf(files, name);
  if (layout !== null) return readImage(layout.store, chooseManifest(layout.store, layout.index, choice));
  const manifest = files.get('manifest.json');
  if (manifest !== undefined) return dockerImage(files, manifest, name, choice);
  throw new RailcarError(
    'image-invalid',
    `cannot read ${name}: it has neither an index.json nor a manifest.json`,
  );
}
