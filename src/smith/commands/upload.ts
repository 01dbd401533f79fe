import { RailcarError } from '../../errors.ts';
import { inDockersWords } from '../image/docker-manifest.ts';
import { openImage } from '../image/open.ts';
import { Workspace } from '../image/workspace.ts';
import { publishImage } from '../registry/publish.ts';
import { Registry } from '../registry/registry.ts';
import { isDigest, parseRemote, withoutCredentials } from '../registry/remote.ts';
import { progress, registryOptions, type Shared } from './context.ts';

export interface UploadFlags extends Shared {
  readonly image: string;
  readonly remote: string;
  readonly docker: boolean;
  readonly from: string | undefined;
}

/** `smith upload`: an image's own bytes, so that it has there the digest that it has here. */
export async function upload(flags: UploadFlags): Promise<void> {
  const remote = parseRemote(flags.remote);
  using workspace = new Workspace();
  const opened = await openImage(flags.image, workspace);
  const image = flags.docker ? inDockersWords(opened) : opened;
  if (isDigest(remote.reference) && remote.reference !== image.digest) {
    throw new RailcarError(
      'usage',
      `cannot push "${flags.image}" to "${withoutCredentials(flags.remote)}": its digest is ${image.digest}`,
    );
  }
  const registry = new Registry(remote, registryOptions(flags));
  try {
    const options = { progress: progress(), ...(flags.from === undefined ? {} : { from: flags.from }) };
    await publishImage(registry, remote.reference, image, options);
  } finally {
    registry.close();
  }
  process.stdout.write(`${image.digest}\n`);
}
