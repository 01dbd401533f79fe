import type { CgroupHost } from '../cgroups/host.ts';
import type { CgroupConfig } from '../cgroups/plan.ts';
import { PlanError } from '../plan/error.ts';
import type { Facts } from '../plan/facts.ts';

/** There while systemd is the init of this host. */
export const SYSTEMD_MARK = '/run/systemd/system';

/** The scope that systemd makes for a container. */
export interface Unit {
  /** `prefix-name.scope`. */
  readonly name: string;
  /** The slice that it is in, as systemd names it: `a-b.slice`. */
  readonly slice: string;
  /** Path of the bus over which its manager is asked. */
  readonly bus: string;
  /** Path of its cgroup below the root of each hierarchy. */
  readonly cgroup: string;
}

/** Where the system's own bus is (D-Bus specification, "System message bus"). */
const SYSTEM_BUS = '/run/dbus/system_bus_socket';

const ORIGIN = 'linux.cgroupsPath';

/**
 * What `--systemd-cgroup` makes of `linux.cgroupsPath`, which then is `slice:prefix:name`; without one it is the caller's
 * default slice, `railcar`, and the id. A caller who is not the host's root asks the manager of his own session. Throws
 * PlanError.
 */
export function unitOf(
  cgroupsPath: string | undefined,
  id: string,
  host: CgroupHost,
  caller: Pick<Facts['caller'], 'uid' | 'initialUserNamespace'>,
  env: readonly string[],
): Unit {
  if (host.files[SYSTEMD_MARK] === undefined) {
    throw new PlanError('host-unsupported', '--systemd-cgroup', 'systemd is not running on this host');
  }
  const user = caller.uid !== 0 || !caller.initialUserNamespace;
  const parts = cgroupsPath ? cgroupsPath.split(':') : ['', 'railcar', id];
  const [slice = '', prefix = '', name = ''] = parts;
  if (parts.length !== 3 || name === '') {
    refuse(
      `expected cgroupsPath to be of format "slice:prefix:name" for systemd cgroups, got "${cgroupsPath}" instead`,
    );
  }
  const scope = scopeName(prefix, name);
  const inSlice = slice || (user ? 'user.slice' : 'system.slice');
  const bus = user ? userBus(caller.uid, env) : SYSTEM_BUS;
  return {
    name: scope,
    slice: inSlice,
    bus,
    cgroup: `${user ? userTree(host, userOf(bus) ?? caller.uid) : ''}${slicePath(inSlice)}/${scope}`,
  };
}

/** The same configuration with the place of the unit's cgroup instead of what stands for it. */
export function inUnit(config: CgroupConfig, unit: Unit | null): CgroupConfig {
  return unit === null ? config : { linux: { ...config.linux, cgroupsPath: unit.cgroup } };
}

/** What a name of a unit may be made of: systemd.unit(5). */
const NAME_MAX = 255;
const nameCharacters = /^[A-Za-z0-9:_.\\@-]+$/;

function scopeName(prefix: string, name: string): string {
  if (name.endsWith('.slice')) {
    refuse(`"${name}" is a slice, which can hold no process; a container is a scope`);
  }
  const scope = `${prefix === '' ? '' : `${prefix}-`}${name}.scope`;
  if (!nameCharacters.test(scope) || scope.length > NAME_MAX) {
    refuse(`"${scope}" cannot be the name of a unit of systemd`);
  }
  return scope;
}

/** systemd.slice(5): a dash in the name of a slice is a step down. `-.slice` is the root. */
function slicePath(slice: string): string {
  const stem = slice.replace(/\.slice$/, '');
  if (!slice.endsWith('.slice') || stem.includes('/')) refuse(`"${slice}" is not the name of a slice`);
  if (stem === '-') return '';
  const words = stem.split('-');
  if (words.includes('') || !nameCharacters.test(stem)) refuse(`"${slice}" is not the name of a slice`);
  return words.map((_, index) => `/${words.slice(0, index + 1).join('-')}.slice`).join('');
}

/** pam_systemd(8), and the address that a session tells its programs. */
function userBus(uid: number, env: readonly string[]): string {
  const value = (name: string) =>
    env.find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
  const [, path] = /^unix:path=([^,;%]+)/.exec(value('DBUS_SESSION_BUS_ADDRESS')) ?? [];
  return path ?? `${value('XDG_RUNTIME_DIR') || `/run/user/${uid}`}/bus`;
}

/** Whose runtime directory it is in: the root of a user namespace does not see by his own id who he is outside. */
function userOf(bus: string): number | undefined {
  const [, uid] = /^\/run\/user\/(\d+)\//.exec(bus) ?? [];
  return uid === undefined ? undefined : Number(uid);
}

/** The cgroup of the user's manager: the caller is in it, or it is where it always is. */
function userTree(host: CgroupHost, uid: number): string {
  const owns = host.hierarchies
    .filter(({ version, controllers }) => version === 2 || controllers.includes('name=systemd'))
    .map(({ own }) => /^(.*\/user@\d+\.service)(?:\/|$)/.exec(own)?.[1]);
  return owns.find((path) => path !== undefined) ?? `/user.slice/user-${uid}.slice/user@${uid}.service`;
}

function refuse(message: string): never {
  throw new PlanError('config-invalid', ORIGIN, message);
}
