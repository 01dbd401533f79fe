import { absent, type Check, type Host, impossible, limited, ok } from './check.ts';

/** What containers of an ordinary user need; root sees what he would find. */
export function rootlessChecks(host: Host): Check[] {
  return [userNamespaces(host), idTools(host), idRanges(host)];
}

export const sysctls = {
  most: '/proc/sys/user/max_user_namespaces',
  /** Debian's. */
  unprivileged: '/proc/sys/kernel/unprivileged_userns_clone',
  /** Ubuntu's. */
  restricted: '/proc/sys/kernel/apparmor_restrict_unprivileged_userns',
} as const;

function userNamespaces(host: Host): Check {
  const name = 'user namespaces';
  const most = host.file(sysctls.most);
  const refused = host.privileged ? limited : impossible;
  if (most === undefined) return refused(name, 'not in this kernel', 'a kernel with CONFIG_USER_NS');
  if (most === '0')
    return refused(name, 'user.max_user_namespaces is 0', 'sysctl user.max_user_namespaces=15000');
  if (host.file(sysctls.unprivileged) === '0') {
    return refused(
      name,
      'kernel.unprivileged_userns_clone is 0: for root only',
      'sysctl kernel.unprivileged_userns_clone=1',
    );
  }
  if (host.file(sysctls.restricted) === '1') {
    return limited(
      name,
      'AppArmor restricts those of ordinary users',
      'a profile for railcar that allows userns, or sysctl kernel.apparmor_restrict_unprivileged_userns=0',
    );
  }
  return ok(name, `up to ${most}`);
}

const SETUID = 0o4000;

function idTools(host: Host): Check {
  const name = 'newuidmap, newgidmap';
  const programs = ['newuidmap', 'newgidmap'].map((tool) => host.program(tool));
  const [uid, gid] = programs;
  const remedy = 'apt-get install uidmap';
  if (uid === undefined || gid === undefined) {
    return absent(name, host.privileged ? 'needed by ordinary users only' : 'one id a container', remedy);
  }
  const weak = programs.filter((path) => ((host.stat(path ?? '')?.mode ?? 0) & SETUID) === 0);
  // File capabilities do as well, and only root sees them.
  if (weak.length > 0)
    return limited(name, `${weak.join(', ')}: not set-user-ID; file capabilities are unknown`, remedy);
  return ok(name, `${uid}, ${gid}`);
}

function idRanges(host: Host): Check {
  const name = 'subordinate ids';
  const [uids, gids] = ['/etc/subuid', '/etc/subgid'].map((path) => rangesOf(host, path));
  if (host.privileged) return ok(name, 'not needed by root');
  const found = `${uids} uids, ${gids} gids`;
  if (uids && gids) return ok(name, found);
  return limited(
    name,
    `${found}: a container has the user's own id and no other`,
    `usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ${host.user ?? host.uid}`,
  );
}

function rangesOf(host: Host, path: string): number {
  const lines = (host.file(path) ?? '').split('\n').map((line) => line.split(':'));
  const own = lines.filter(([who]) => who === String(host.uid) || (host.user !== null && who === host.user));
  return own.reduce((sum, [, , count]) => sum + (Number(count) || 0), 0);
}
