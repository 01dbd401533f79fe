import { resolve } from 'node:path';
import { build as buildImage } from '../build/build.ts';
import { splitReference } from '../image/open.ts';
import { Workspace } from '../image/workspace.ts';
import { isoTime } from '../supply/formats.ts';
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
  /** Whether what it was built of is said beside the image. */
  readonly provenance: boolean;
  /** Whether it is said when, too. */
  readonly timestamps: boolean;
}

/** `smith`: the image of a smith.yaml. The image's path is relative to where smith was called, the recipe's to `--dir`. */
export async function build(flags: BuildFlags): Promise<void> {
  const { path, tag = 'latest' } = splitReference(flags.image);
  const now = () => isoTime(Math.floor(Date.now() / 1000));
  const startedOn = now();
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
    provenance: flags.provenance || flags.timestamps,
    ...(flags.timestamps ? { period: () => ({ startedOn, finishedOn: now() }) } : {}),
  });
  process.stdout.write(`${digest}\n`);
}
