import { arch } from 'node:os';
import { RailcarError } from '../../errors.ts';
import type { Platform } from './schema.ts';

/** Node's names of architectures where Go's are others. */
const names: Readonly<Record<string, string>> = {
  x64: 'amd64',
  ia32: '386',
  ppc64: 'ppc64le',
  mipsel: 'mipsle',
};

/** Other names that people and kernels use. */
const aliases: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  aarch64: 'arm64',
  i386: '386',
  armhf: 'arm',
  ppc64el: 'ppc64le',
};

/** Of this machine. */
export function hostPlatform(): Platform {
  return { os: 'linux', architecture: names[arch()] ?? arch() };
}

/**
 * `linux/arm64`, `linux/arm/v7`, or without `linux/`.
 *
 * @throws RailcarError `usage`
 */
export function parsePlatform(text: string): Platform {
  const words = text.toLowerCase().split('/');
  const bare = words.length === 1 || (words.length === 2 && /^v[0-9]/.test(words[1] ?? ''));
  const [os = '', architecture = '', variant, ...more] = bare ? ['linux', ...words] : words;
  if (os === '' || architecture === '' || variant === '' || more.length > 0) {
    throw new RailcarError(
      'usage',
      `cannot understand platform "${text}": it is like "linux/arm64" or "linux/arm/v7"`,
    );
  }
  return {
    os,
    architecture: aliases[architecture] ?? architecture,
    ...(variant === undefined ? {} : { variant }),
  };
}

export function printPlatform({ os, architecture, variant }: Platform): string {
  return [os, architecture, variant].filter(Boolean).join('/');
}

/** Whether an image of platform `offered` is one for `wanted`; a variant counts where one is asked for. */
export function fits(offered: Platform, wanted: Platform): boolean {
  const plain = ({ architecture, variant }: Platform) =>
    architecture === 'arm64' && variant === 'v8' ? undefined : (variant ?? undefined);
  return (
    offered.os === wanted.os &&
    offered.architecture === wanted.architecture &&
    (plain(wanted) === undefined || plain(offered) === plain(wanted))
  );
}
