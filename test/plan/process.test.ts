import { expect, test } from 'vitest';
import { find, names, stubOf } from './build.ts';

const filter = { program: new Uint8Array(8), flags: [], listener: null } as const;
const order = (changes: Parameters<typeof stubOf>[0]) => names(stubOf(changes));

test('without noNewPrivileges the filter comes before capabilities are dropped, with it last', () => {
  const loose = order({ facts: { seccomp: filter } });
  expect(loose.indexOf('seccomp')).toBeLessThan(loose.indexOf('user'));
  const strict = order({ facts: { seccomp: filter }, process: { noNewPrivileges: true } });
  expect(strict.slice(-2)).toEqual(['seccomp', 'exec']);
  expect(strict.indexOf('noNewPrivileges')).toBeLessThan(strict.indexOf('bounding'));
});

test('noNewPrivileges false is not noNewPrivileges', () => {
  const loose = order({ facts: { seccomp: filter }, process: { noNewPrivileges: false } });
  expect(loose).not.toContain('noNewPrivileges');
  expect(loose.indexOf('seccomp')).toBeLessThan(loose.indexOf('user'));
});

test('the directory is looked at before a filter that may forbid it', () => {
  const loose = order({ facts: { seccomp: filter } });
  expect(loose.indexOf('chdir')).toBeLessThan(loose.indexOf('seccomp'));
});

test('the filter comes after the startContainer hooks with noNewPrivileges', () => {
  const hooks = { startContainer: [{ path: '/hook' }] };
  const strict = order({
    facts: { seccomp: filter },
    process: { noNewPrivileges: true },
    config: { hooks },
  });
  expect(strict.slice(-3)).toEqual(['hook', 'seccomp', 'exec']);
});

test('limits are raised with the caller’s rights, but as late as may be', () => {
  const process = {
    rlimits: [{ type: 'RLIMIT_NOFILE', soft: 1024, hard: 18446744073709551615n }],
  };
  const late = stubOf({ process });
  expect(names(late).indexOf('rlimit')).toBeGreaterThan(names(late).indexOf('pivot'));
  expect(find(late, 'rlimit')).toMatchObject({ soft: 1024, hard: 2n ** 64n - 1n });
  const mappings = [{ containerID: 0, hostID: 5, size: 1 }];
  const linux = {
    namespaces: [{ type: 'user' as const }, { type: 'mount' as const }],
    uidMappings: mappings,
    gidMappings: mappings,
  };
  expect(order({ process, linux })[0]).toBe('rlimit');
});

test('oom_score_adj: what may not be lowered is an error', () => {
  const process = { oomScoreAdj: -500 };
  expect(find(stubOf({ process }), 'writeSelf')).toMatchObject({ name: 'oom_score_adj', text: '-500' });
  expect(find(stubOf({ process }), 'writeSelf').orElse).toBeUndefined();
  expect(
    find(stubOf({ process, caller: { initialUserNamespace: false } }), 'writeSelf').orElse,
  ).toBeUndefined();
  expect(order({ process: { oomScoreAdj: 0 } })).toContain('writeSelf');
});

test('user, groups, umask', () => {
  const stub = stubOf({ process: { user: { uid: 5, gid: 6, additionalGids: [7, 8], umask: 0o77 } } });
  expect(find(stub, 'user')).toMatchObject({ uid: 5, gid: 6, groups: '7 8' });
  expect(find(stub, 'umask').mask).toBe(0o77);
  expect(find(stubOf({}), 'umask').mask).toBe(0o022);
});

test('HOME is added unless it is there', () => {
  expect(find(stubOf({ process: { user: { uid: 5 } } }), 'exec').home).toBe(5);
  expect(find(stubOf({ process: { env: ['HOME=/x'] } }), 'exec').home).toBe(2 ** 32);
});

test('the last PATH counts', () => {
  expect(find(stubOf({ process: { env: ['PATH=/a', 'PATH=/b', 'XPATH=/c'] } }), 'resolve').path).toBe('/b');
  expect(find(stubOf({}), 'resolve').path).toBe('');
});

test('LISTEN_FDS are the caller’s', () => {
  const op = find(
    stubOf({ process: { env: ['LISTEN_FDS=9'] }, options: { listenFds: 2, preserveFds: 3 } }),
    'exec',
  );
  expect(op).toMatchObject({ env: ['LISTEN_FDS=2'], listenPid: 1, preserve: 3 });
});

test('nobody is given a capability that the caller lacks, except in a user namespace', () => {
  const process = {
    capabilities: { permitted: ['CAP_CHOWN', 'CAP_SYS_ADMIN'], ambient: ['CAP_CHOWN'] },
  };
  const op = find(stubOf({ process, caller: { capabilities: 1n } }), 'capabilities');
  expect(op).toMatchObject({ permitted: 1n, effective: 0n, ambient: 0n });
  expect(find(stubOf({ process }), 'capabilities').permitted).toBe(1n | (1n << 21n));
});

test('the container dies with the launcher until it is created', () => {
  const stub = stubOf({ options: { verb: 'create' } });
  const deaths = stub.flatMap((op, index) => (op.op === 'parentDeath' ? [[Number(op.signal), index]] : []));
  expect(deaths.map(([signal]) => signal)).toEqual([9, 0]);
  const list = names(stub);
  expect(list.slice(deaths[1]?.[1])).toEqual(['parentDeath', 'report', 'waitFifo', 'exec']);
  expect(list.indexOf('resolve')).toBeLessThan(list.indexOf('report'));
});
