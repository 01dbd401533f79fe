import { openAnyImage } from '../build/source.ts';
import type { Image } from '../image/image.ts';
import { parsePlatform } from '../image/platform.ts';
import type { Workspace } from '../image/workspace.ts';
import { progress, registryOptions, type Shared } from './context.ts';

/** What commands have that look at an image, wherever it is. */
export interface ImageFlags extends Shared {
  readonly image: string;
  readonly platform: string | undefined;
}

/** The image that the command line names, by a path relative to where smith was called, or by a URL. */
export function namedImage(flags: ImageFlags, workspace: Workspace): Promise<Image> {
  const platform = flags.platform === undefined ? undefined : parsePlatform(flags.platform);
  const options = { folder: '.', workspace, registry: registryOptions(flags), progress: progress() };
  return openAnyImage(flags.image, platform, options);
}
