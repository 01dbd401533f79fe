import { isAbsolute } from 'node:path/posix';

/**
 * Bundles that `run --image` makes of images, one for each container: on disk and not with the state, since they are large and
 * /run is memory. `<folder>/<id>.<pid>.<start>` names the launcher that has it made. Once there is a record of the
 * container, a link in the bundle leads to the state directory. So whoever finds one knows whether it is still wanted:
 * if it has the link, as long as that leads to a record; if not, as long as the launcher lives.
 */
export const CONTAINER_LINK = 'container';

/** Where they are: root's in /var/lib, a user's with his data (XDG Base Directory Specification). */
export function ownBundles(
  uid: number,
  variable: (name: string) => string | null | undefined,
): string | null {
  if (uid === 0) return '/var/lib/railcar/bundles';
  const data = variable('XDG_DATA_HOME');
  if (data && isAbsolute(data)) return `${data}/railcar/bundles`;
  const home = variable('HOME');
  return home && isAbsolute(home) ? `${home === '/' ? '' : home}/.local/share/railcar/bundles` : null;
}

export interface OwnBundleName {
  readonly id: string;
  readonly pid: number;
  /** Field 22 of /proc/PID/stat. */
  readonly startTime: number;
}

export function ownBundleName({ id, pid, startTime }: OwnBundleName): string {
  return `${id}.${pid}.${startTime}`;
}

/** Null for what is none; one that is being written has a longer name. */
export function parseOwnBundle(name: string): OwnBundleName | null {
  const [, id, pid, startTime] = /^(.+?)\.(\d+)\.(\d+)(?:\.[0-9a-f]{8}\.partial)?$/.exec(name) ?? [];
  return id === undefined ? null : { id, pid: Number(pid), startTime: Number(startTime) };
}
