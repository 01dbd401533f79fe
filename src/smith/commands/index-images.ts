import { isUrl } from '../build/source.ts';
import { assembleIndex } from '../image/assemble.ts';
import type { Image } from '../image/image.ts';
import { formOf, writeLayout } from '../image/layout-writer.ts';
import { openAll, splitReference } from '../image/open.ts';
import { bundleOfImage, imagesOf } from '../image/whole.ts';
import { Workspace } from '../image/workspace.ts';
import { fetchWhole } from '../registry/fetch.ts';
import { Registry } from '../registry/registry.ts';
import { parseRemote } from '../registry/remote.ts';
import { progress, registryOptions, type Shared } from './context.ts';

export interface IndexFlags extends Shared {
  readonly image: string;
  readonly images: readonly string[];
}

/** `smith index -i OUT IMAGE…`: one image for several platforms, of images that are each for one or more. */
export async function index(flags: IndexFlags): Promise<void> {
  const { path, tag = 'latest' } = splitReference(flags.image);
  using workspace = new Workspace();
  const images: Image[] = [];
  for (const name of flags.images) images.push(...(await imagesNamed(name, flags, workspace)));
  const bundle = assembleIndex(images.map(bundleOfImage));
  const annotations = { 'org.opencontainers.image.ref.name': tag };
  await writeLayout(path, [{ bundle, annotations }], { form: formOf(path) });
  process.stdout.write(`${bundle.descriptor.digest}\n`);
}

async function imagesNamed(name: string, flags: IndexFlags, workspace: Workspace): Promise<readonly Image[]> {
  if (!isUrl(name)) return (await openAll(name, workspace)).images();
  const remote = parseRemote(name);
  const registry = new Registry(remote, registryOptions(flags));
  try {
    const { store, root } = await fetchWhole(registry, remote.reference, workspace, progress());
    return imagesOf(store, root);
  } finally {
    registry.close();
  }
}
