import { posix } from 'node:path';
import type { Config, Device } from '../config/config.ts';
import { parseMountOptions } from './mountOptions.ts';
import { namespaceKind } from './namespaces.ts';
import type { StubOp } from './ops.ts';

/**
 * The devices and links that every container has, and those of config.json, which replace the former at the same
 * path. Nothing is made in a /dev that config.json binds, which is the host's: what it names there has to be there.
 */
export function deviceOps(config: Config): StubOp[] {
  const bound = (config.mounts ?? []).some(({ destination, type, options }) => {
    const isBind = type === 'bind' || parseMountOptions(options ?? []).bind;
    return isBind && posix.resolve('/', destination) === '/dev';
  });
  const own = (config.linux?.devices ?? []).map((device, index) => ({
    ...device,
    path: posix.resolve('/', device.path),
    origin: `linux.devices[${index}]`,
  }));
  const taken = new Set(own.map(({ path }) => path));
  const rights = {
    make: namespaceKind(config, 'user') === 'none',
    bind: namespaceKind(config, 'mount') !== 'none',
  };
  if (bound) return own.map((device) => (isInDev(device) ? requireOp(device) : deviceOp(device, rights)));
  return [
    ...[...defaultDevices.filter(({ path }) => !taken.has(path)), ...own].map((device) =>
      deviceOp(device, rights),
    ),
    ...links.map(
      ([path, target]): StubOp => ({ op: 'symlink', root: 'root', path, target, origin: DEFAULT }),
    ),
  ];
}

function isInDev({ path }: Located): boolean {
  return path.startsWith('/dev/');
}

const DEFAULT = 'default devices';

type Located = Device & { readonly origin: string };

export const defaultDevices: readonly Located[] = [
  { path: '/dev/null', type: 'c', major: 1, minor: 3, origin: DEFAULT },
  { path: '/dev/zero', type: 'c', major: 1, minor: 5, origin: DEFAULT },
  { path: '/dev/full', type: 'c', major: 1, minor: 7, origin: DEFAULT },
  { path: '/dev/random', type: 'c', major: 1, minor: 8, origin: DEFAULT },
  { path: '/dev/urandom', type: 'c', major: 1, minor: 9, origin: DEFAULT },
  { path: '/dev/tty', type: 'c', major: 5, minor: 0, origin: DEFAULT },
];

const links: readonly (readonly [string, string])[] = [
  ['/dev/fd', '/proc/self/fd'],
  ['/dev/stdin', '/proc/self/fd/0'],
  ['/dev/stdout', '/proc/self/fd/1'],
  ['/dev/stderr', '/proc/self/fd/2'],
  ['/dev/ptmx', 'pts/ptmx'],
];

/** A user namespace cannot make devices at all, only use those of the host; fifos anybody can make. */
function deviceOp(device: Located, may: { readonly make: boolean; readonly bind: boolean }): StubOp {
  const { path, major = 0, minor = 0, origin } = device;
  const type = fileType(device);
  const bind: StubOp = { op: 'bindDevice', root: 'root', path, source: path, type, major, minor, origin };
  if (!may.make && type !== 'p') return bind;
  const node: StubOp = {
    op: 'mknod',
    root: 'root',
    path,
    type,
    major,
    minor,
    mode: (device.fileMode ?? 0o666) & 0o7777,
    uid: device.uid ?? 0,
    gid: device.gid ?? 0,
    origin,
  };
  return type === 'p' || !may.bind ? node : { ...node, orElse: { on: ['EPERM'], do: [bind] } };
}

/** `u` is an unbuffered character device: to Linux the same as `c`. */
function fileType({ type }: Located): 'c' | 'b' | 'p' {
  return type === 'u' ? 'c' : (type as 'c' | 'b' | 'p');
}

function requireOp(device: Located): StubOp {
  const { path, major = 0, minor = 0, origin } = device;
  return { op: 'requireDevice', root: 'root', path, type: fileType(device), major, minor, origin };
}
