import { formOf, writeLayout } from '../image/layout-writer.ts';
import { splitReference } from '../image/open.ts';
import { parsePlatform } from '../image/platform.ts';
import { bundleOfImage, bundleOfWhole, wholeOf } from '../image/whole.ts';
import { Workspace } from '../image/workspace.ts';
import { fetchImage, fetchWhole } from '../registry/fetch.ts';
import { Registry } from '../registry/registry.ts';
import { isDigest, parseRemote } from '../registry/remote.ts';
import { progress, registryOptions, type Shared } from './context.ts';

export interface DownloadFlags extends Shared {
  readonly image: string;
  readonly remote: string;
  readonly platform: string | undefined;
}

/** In place of a platform: the index itself, with what it has for each. */
const ALL = 'all';

/** `smith download`: an image as an archive, with the bytes that the registry has. */
export async function download(flags: DownloadFlags): Promise<void> {
  const remote = parseRemote(flags.remote);
  const { path, tag } = splitReference(flags.image);
  using workspace = new Workspace();
  const registry = new Registry(remote, registryOptions(flags));
  const { reference } = remote;
  const oneImage = async () => {
    const platform = flags.platform === undefined ? undefined : parsePlatform(flags.platform);
    return bundleOfImage(
      await fetchImage(registry, reference, workspace, { platform, progress: progress() }),
    );
  };
  const everything = async () => {
    const { store, root } = await fetchWhole(registry, reference, workspace, progress());
    return bundleOfWhole(wholeOf(store, root));
  };
  try {
    const bundle = flags.platform === ALL ? await everything() : await oneImage();
    const name = tag ?? (isDigest(reference) ? 'latest' : reference);
    const annotations = { 'org.opencontainers.image.ref.name': name };
    await writeLayout(path, [{ bundle, annotations }], { form: formOf(path) });
    process.stdout.write(`${bundle.descriptor.digest}\n`);
  } finally {
    registry.close();
  }
}
