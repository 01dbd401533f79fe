import { expect, test } from 'vitest';
import type { Excuse } from '../../conformance/runtime-tools/judge.ts';
import type { Run } from '../../conformance/runtime-tools/place.ts';
import { report } from '../../conformance/runtime-tools/report.ts';
import type { Assertion } from '../../conformance/runtime-tools/tap.ts';

const ok = (name: string): Assertion => ({ name, outcome: 'ok', detail: '' });
const bad = (name: string): Assertion => ({ name, outcome: 'not ok', detail: '' });
const excuse: Excuse = {
  test: 'linux_cgroups_*',
  assertion: 'find',
  fault: 'suite',
  cause: 'it knows v1 only',
};

function run(name: string, results: Record<string, readonly Assertion[]>, systemdCgroup = false): Run {
  return {
    place: {
      ...{ name, date: '2026-01-02', commit: 'abc1234', kernel: '6.1', cgroup: 'v2', init: 'systemd 252' },
      ...{ security: ['AppArmor'], systemdCgroup, suite: 'v1', notes: [`a note of ${name}`] },
      versions: Object.keys(results).map((each) => [each, `${each} 1.0`]),
    },
    results: Object.entries(results).map(([runtime, assertions]) => {
      return { test: 'linux_cgroups_pids', runtime, assertions, output: '', seconds: 1 };
    }),
  };
}

const page = report(
  [
    run('host', { mine: [ok('find'), ok('limit')], runc: [bad('exits with 0')] }),
    run('guest', { mine: [bad('find')], runc: [bad('find')], crun: [bad('find')] }, true),
  ],
  [excuse],
);

test('a column for each runtime at each place', () => {
  expect(page).toContain(
    '| program | mine<br>host | runc<br>host | mine<br>guest | runc<br>guest | crun<br>guest |',
  );
  expect(page).toContain(
    '| `linux_cgroups_pids` | ok (2) | **1 of 1 fail**, 2 not reached | **1 of 1 fail** | **1 of 1 fail** | **1 of 1 fail** |',
  );
  expect(page).toContain('| programs that were run | 1 | 1 | 1 | 1 | 1 |');
  expect(page).toContain('| assertions not passed | 0 | 3 | 1 | 1 | 1 |');
});

test('each place with what it is', () => {
  expect(page).toContain(
    '| guest | 2026-01-02 | abc1234 | 6.1 | v2, with `--systemd-cgroup` | systemd 252 | AppArmor | mine 1.0<br>runc 1.0<br>crun 1.0 |',
  );
  expect(page).toContain('- host: a note of host');
});

test('what fails with its excuse and its places, and what only peers fail', () => {
  expect(page).toContain(
    '- `linux_cgroups_pids`: find, nor does runc, nor crun pass it: it knows v1 only (guest)',
  );
  expect(page).toContain('- `linux_cgroups_pids`: exits with 0 (runc at host)');
  expect(page).toContain('- guest: of 1 assertions, 0 want another machine and 1 another suite;');
});
