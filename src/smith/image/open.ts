import { existsSync } from 'node:fs';
import { RailcarError } from '../../errors.ts';
import { quoteName } from '../tree/name.ts';
import { type Choice, chooseManifest } from './choose.ts';
import { dockerImage } from './docker-archive.ts';
import { type Files, openFiles } from './files.ts';
import { type Image, readImage } from './image.ts';
import { readJson } from './json.ts';
import { indexSchema, layoutSchema } from './schema.ts';
import { layoutStore } from './store.ts';
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

/** Docker 25 and later save a layout with a manifest.json beside it; the layout says more. */
function imageOf(files: Files, name: string, choice: Choice): Image {
  const layout = files.get('oci-layout');
  const index = files.get('index.json');
  if (index !== undefined) {
    if (layout === undefined)
      throw new RailcarError('image-invalid', `cannot read ${name}: its oci-layout is missing`);
    readJson(layout, layoutSchema, `oci-layout of ${name}`);
    const store = layoutStore(files, name);
    return readImage(
      store,
      chooseManifest(store, readJson(index, indexSchema, `index.json of ${name}`), choice),
    );
  }
  const manifest = files.get('manifest.json');
  if (manifest !== undefined) return dockerImage(files, manifest, name, choice);
  throw new RailcarError(
    'image-invalid',
    `cannot read ${name}: it has neither an index.json nor a manifest.json`,
  );
}
