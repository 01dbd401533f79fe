import { absent, type Check, type Host, impossible, limited, ok } from './check.ts';
import { kernelUses, versionNumber } from './kernelUses.ts';

/** What railcar is tested on; docs/kernels.md has what it uses of younger ones. */
export const OLDEST = '5.10';

export function kernelChecks(host: Host): Check[] {
  return [version(host), namespaces(host), memoryFiles(host), securityModules(host), seccomp(host)];
}

function version({ release }: Host): Check {
  const own = versionNumber(release);
  if (own < versionNumber(OLDEST)) {
    return impossible('kernel', `Linux ${release}`, `railcar needs Linux ${OLDEST} or newer`);
  }
  const lacking = kernelUses.filter(({ since, missed }) => missed && own < versionNumber(since));
  const newest = lacking.at(-1);
  if (!newest) return ok('kernel', `Linux ${release}`);
  const found = `Linux ${release}, without ${lacking.map(({ missed }) => missed).join('; ')}`;
  return limited('kernel', found, `Linux ${newest.since} has all of it`);
}

export const namespaceFiles = ['pid', 'mnt', 'net', 'ipc', 'uts', 'user', 'cgroup', 'time'];

function namespaces(host: Host): Check {
  const lacking = namespaceFiles.filter((type) => !host.exists(`/proc/self/ns/${type}`));
  if (lacking.length === 0) return ok('namespaces', namespaceFiles.join(', '));
  const found = `none of ${lacking.join(', ')}`;
  const remedy = 'a kernel that is built with them';
  return lacking.includes('mnt') || lacking.includes('pid')
    ? impossible('namespaces', found, remedy)
    : limited('namespaces', found, remedy);
}

function memoryFiles(host: Host): Check {
  const noexec = host.file('/proc/sys/vm/memfd_noexec');
  if (noexec !== '2') return ok('memory files', 'the stub is executed from a sealed one');
  return limited(
    'memory files',
    'vm.memfd_noexec is 2: the stub is executed from a nameless file in /run or /tmp',
    'sysctl vm.memfd_noexec=1',
  );
}

function securityModules(host: Host): Check {
  const modules = [
    ...(host.file('/sys/module/apparmor/parameters/enabled') === 'Y' ? ['AppArmor'] : []),
    ...(host.exists('/sys/fs/selinux/enforce') ? ['SELinux'] : []),
  ];
  const all = host.file('/sys/kernel/security/lsm');
  if (modules.length > 0) return ok('security modules', modules.join(', '));
  return limited(
    'security modules',
    `neither AppArmor nor SELinux${all === undefined ? '' : ` (${all})`}`,
    'containers that ask for a profile or a label are refused; the kernel option lsm= turns them on',
  );
}

function seccomp(host: Host): Check {
  const actions = host.file('/proc/sys/kernel/seccomp/actions_avail');
  if (actions === undefined) {
    return absent('seccomp', 'not in this kernel', 'a kernel with CONFIG_SECCOMP_FILTER');
  }
  return actions.includes('user_notif')
    ? ok('seccomp', actions)
    : limited('seccomp', actions, 'a kernel that has SECCOMP_RET_USER_NOTIF');
}
