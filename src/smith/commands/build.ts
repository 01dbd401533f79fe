import { resolve } from 'node:path';
import { build as buildImage } from '../build/build.ts';
import { splitReference } from '../image/open.ts';
import { Workspace } from '../image/workspace.ts';
import {
  cacheFolder,
  defaultBuildNumber,
  progress,
  registryOptions,
  type Shared,
  sourceDate,
  warn,
} from './context.ts';

export interface BuildFlags extends Shared {
  readonly conf: string;
  readonly dir: string;
  readonly image: string;
  readonly fast: boolean;
  readonly buildnumber: string | undefined;
}

/** `smith`: the image of a smith.yaml. The image's path is relative to where smith was called, the recipe's to `--dir`. */
export async function build(flags: BuildFlags): Promise<void> {
  const { path, tag = 'latest' } = splitReference(flags.image);
  using workspace = new Workspace();
  const digest = await buildImage({
    conf: flags.conf,
    folder: resolve(flags.dir),
    output: { path: resolve(path) + (path.endsWith('/') ? '/' : ''), tag },
    buildNumber: flags.buildnumber ?? defaultBuildNumber(),
    time: sourceDate(),
    workspace,
    registry: registryOptions(flags),
    progress: progress(),
    cache: cacheFolder(),
    fast: flags.fast,
    warn,
  });
  process.stdout.write(`${digest}\n`);
}
