import { describe, expect, test } from 'vitest';
import { parseCgroupHost } from '../../src/cgroups/host.ts';
import { checksJson, checksText } from '../../src/cli/format/doctor.ts';
import { cgroupChecks } from '../../src/doctor/cgroups.ts';
import type { Check, Host } from '../../src/doctor/check.ts';
import { engineChecks } from '../../src/doctor/engines.ts';
import { kernelChecks, namespaceFiles } from '../../src/doctor/kernel.ts';
import { criuCheck, nodeCheck } from '../../src/doctor/programs.ts';
import { rootlessChecks } from '../../src/doctor/rootless.ts';

interface Fake extends Partial<Omit<Host, 'file' | 'exists' | 'stat' | 'program'>> {
  readonly files?: Readonly<Record<string, string>>;
  readonly stats?: Readonly<Record<string, { readonly mode: number; readonly uid: number }>>;
  readonly programs?: Readonly<Record<string, string>>;
  readonly without?: readonly string[];
}

function host({ files = {}, stats = {}, programs = {}, without = [], ...rest }: Fake = {}): Host {
  return {
    uid: 1000,
    user: 'user',
    home: '/home/user',
    release: '6.18.0',
    privileged: false,
    ...rest,
    file: (path) => files[path],
    exists: (path) =>
      namespaceFiles.some((type) => path === `/proc/self/ns/${type}` && !without.includes(type)) ||
      path in files,
    stat: (path) => stats[path],
    program: (name) => programs[name],
  };
}

const named = (checks: readonly Check[], name: string) => checks.find((check) => check.name === name);
const actions = { '/proc/sys/kernel/seccomp/actions_avail': 'kill trap errno user_notif allow' };

describe('kernel', () => {
  test.each([
    ['6.18.0', 'ok', 'Linux 6.18.0'],
    ['5.15.0-1-amd64', 'limited', 'Linux 5.15.0-1-amd64, without a sealed copy'],
    ['5.10.0', 'limited', 'Linux 5.10.0, without attributes of whole mount trees; idmapped mounts'],
    ['5.9.16', 'missing', 'Linux 5.9.16'],
    ['4.18.0', 'missing', 'Linux 4.18.0'],
  ])('%s', (release, verdict, found) => {
    const check = named(kernelChecks(host({ release })), 'kernel');
    expect(check).toMatchObject({ verdict, found: expect.stringContaining(found) });
    expect(check?.fatal === true).toBe(verdict === 'missing');
  });

  test('what is recommended has it all', () => {
    expect(named(kernelChecks(host({ release: '5.10.0' })), 'kernel')?.remedy).toBe(
      'Linux 6.3 has all of it',
    );
  });

  test.each([
    [['time'], undefined],
    [['pid'], true],
    [['mnt', 'time'], true],
  ])('without the namespaces %j', (without, fatal) => {
    expect(named(kernelChecks(host({ without })), 'namespaces')?.fatal).toBe(fatal);
  });

  test('modules and sysctls', () => {
    const files = {
      ...actions,
      '/sys/module/apparmor/parameters/enabled': 'Y',
      '/proc/sys/vm/memfd_noexec': '2',
    };
    const checks = kernelChecks(host({ files }));
    expect(named(checks, 'security modules')).toMatchObject({ verdict: 'ok', found: 'AppArmor' });
    expect(named(checks, 'memory files')).toMatchObject({
      verdict: 'limited',
      remedy: 'sysctl vm.memfd_noexec=1',
    });
    expect(named(checks, 'seccomp')).toMatchObject({ verdict: 'ok' });
    expect(named(kernelChecks(host()), 'seccomp')).toMatchObject({ verdict: 'missing' });
  });
});

describe('cgroups', () => {
  const v2 = parseCgroupHost('30 20 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n', '0::/user.slice/own\n');
  const files = { '/sys/fs/cgroup/cgroup.controllers': 'cpuset cpu io memory pids' };
  const own = '/sys/fs/cgroup/user.slice/own';

  test('v2, delegated and not', () => {
    const delegated = cgroupChecks(host({ files, stats: { [own]: { mode: 0o40755, uid: 1000 } } }), v2);
    expect(named(delegated, 'cgroups')).toMatchObject({
      verdict: 'ok',
      found: 'v2: cpuset, cpu, io, memory, pids',
    });
    expect(named(delegated, 'cgroup delegation')).toMatchObject({ verdict: 'ok', found: own });
    const foreign = cgroupChecks(host({ files, stats: { [own]: { mode: 0o40755, uid: 0 } } }), v2);
    expect(named(foreign, 'cgroup delegation')).toMatchObject({
      verdict: 'limited',
      remedy: expect.stringContaining('Delegate=yes'),
    });
  });

  test('controllers that are not there are named', () => {
    const few = { '/sys/fs/cgroup/cgroup.controllers': 'cpu pids' };
    expect(named(cgroupChecks(host({ files: few }), v2), 'cgroups')).toMatchObject({
      verdict: 'limited',
      remedy: expect.stringContaining('cpuset'),
    });
  });

  test('none at all: no containers', () => {
    expect(cgroupChecks(host(), parseCgroupHost('', ''))).toMatchObject([
      { verdict: 'missing', fatal: true },
    ]);
  });
});

describe('an ordinary user', () => {
  const files = {
    '/proc/sys/user/max_user_namespaces': '100',
    '/etc/subuid': 'other:1:2\nuser:100000:65536\n1000:5:6',
    '/etc/subgid': 'user:100000:65536',
  };
  const programs = { newuidmap: '/usr/bin/newuidmap', newgidmap: '/usr/bin/newgidmap' };
  const setuid = { mode: 0o104755, uid: 0 };
  const stats = { '/usr/bin/newuidmap': setuid, '/usr/bin/newgidmap': setuid };

  test('with all there is', () => {
    const checks = rootlessChecks(host({ files, programs, stats }));
    expect(checks.map(({ verdict }) => verdict)).toEqual(['ok', 'ok', 'ok']);
    expect(named(checks, 'subordinate ids')?.found).toBe('65542 uids, 65536 gids');
  });

  test.each([
    [{ '/proc/sys/user/max_user_namespaces': '0' }, true],
    [{ '/proc/sys/kernel/unprivileged_userns_clone': '0' }, true],
    [{ '/proc/sys/kernel/apparmor_restrict_unprivileged_userns': '1' }, undefined],
  ])('%j', (sysctl, fatal) => {
    const check = named(rootlessChecks(host({ files: { ...files, ...sysctl } })), 'user namespaces');
    expect(check?.verdict).not.toBe('ok');
    expect(check?.fatal).toBe(fatal);
    expect(
      named(rootlessChecks(host({ privileged: true, files: { ...files, ...sysctl } })), 'user namespaces')
        ?.fatal,
    ).toBe(undefined);
  });

  test('without ranges and tools', () => {
    const checks = rootlessChecks(host({ files: { '/proc/sys/user/max_user_namespaces': '100' } }));
    expect(checks.map(({ verdict }) => verdict)).toEqual(['ok', 'missing', 'limited']);
    expect(checks[2]?.remedy).toContain('usermod --add-subuids');
  });
});

describe('engines', () => {
  const programs = { dockerd: '/usr/sbin/dockerd', podman: '/usr/bin/podman' };

  test('registered, installed, neither', () => {
    const files = {
      '/etc/docker/daemon.json': '{"runtimes": {"railcar": {"path": "/usr/local/bin/railcar"}}}',
      '/etc/containers/containers.conf': '# railcar = ["/usr/local/bin/railcar"]',
    };
    const checks = engineChecks(host({ files, programs }));
    expect(named(checks, 'Docker')).toMatchObject({
      verdict: 'ok',
      found: 'registered in /etc/docker/daemon.json',
    });
    expect(named(checks, 'Podman')).toMatchObject({ verdict: 'limited' });
    expect(named(checks, 'containerd')).toMatchObject({ verdict: 'missing', remedy: null });
  });

  test('in the home of the user', () => {
    const files = { '/home/user/.config/containers/containers.conf': '[engine.runtimes]\nrailcar = ["/r"]' };
    expect(named(engineChecks(host({ files, programs })), 'Podman')?.verdict).toBe('ok');
    expect(named(engineChecks(host({ files, programs, home: null })), 'Podman')?.verdict).toBe('limited');
  });
});

test('programs', () => {
  expect(criuCheck(null).verdict).toBe('missing');
  expect(criuCheck({ path: '/c', version: '4.1', complaint: null })).toMatchObject({
    verdict: 'ok',
    found: '/c 4.1',
  });
  expect(criuCheck({ path: '/c', version: '3.17', complaint: 'no vDSO' }).found).toBe('/c 3.17: no vDSO');
  expect(nodeCheck('24.1.0').verdict).toBe('ok');
  expect(nodeCheck('18.1.0').verdict).toBe('limited');
});

test('the table, and the same as JSON', () => {
  const checks: Check[] = [
    { name: 'a', verdict: 'ok', found: 'x', remedy: null },
    { name: 'longer', verdict: 'missing', found: 'y', remedy: 'do it', fatal: true },
  ];
  expect(checksText(checks)).toBe(
    'CHECK   VERDICT  FOUND\na       ok       x\nlonger  missing  y\n                 remedy: do it\n',
  );
  expect(JSON.parse(checksJson(checks))).toEqual({
    possible: false,
    checks: [
      { check: 'a', verdict: 'ok', found: 'x', remedy: null },
      { check: 'longer', verdict: 'missing', found: 'y', remedy: 'do it' },
    ],
  });
});
