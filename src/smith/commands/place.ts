import { RailcarError } from '../../errors.ts';
import { isUrl } from '../build/source.ts';
import { parsePlatform } from '../image/platform.ts';
import type { Workspace } from '../image/workspace.ts';
import { parseRemote } from '../registry/remote.ts';
import { layoutPlace } from '../sign/layout-place.ts';
import type { Place } from '../sign/place.ts';
import { registryPlace } from '../sign/registry-place.ts';
import { registryOptions } from './context.ts';
import type { ImageFlags } from './image.ts';

/** Where the image is that the command line names: a registry, or a layout. */
export function openPlace(flags: ImageFlags, workspace: Workspace): Promise<Place> {
  const platform = flags.platform === undefined ? undefined : parsePlatform(flags.platform);
  return isUrl(flags.image)
    ? registryPlace(parseRemote(flags.image), registryOptions(flags), platform)
    : layoutPlace(flags.image, workspace, platform);
}

/**
 * `NAME=VALUE,NAME=VALUE`
 *
 * @throws {RailcarError} `usage`
 */
export function annotationsOf(text: string): Record<string, string> {
  const pairs = text.split(',').filter((pair) => pair !== '');
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, name, value = ''] = /^([^=]+)=(.*)$/.exec(pair) ?? [];
      if (name === undefined) throw new RailcarError('usage', `an annotation is NAME=VALUE, not "${pair}"`);
      return [name, value];
    }),
  );
}
