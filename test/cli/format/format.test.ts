import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { listText } from '../../../src/cli/format/list.ts';
import { psText } from '../../../src/cli/format/ps.ts';
import { defaultSpec, rootlessSpec } from '../../../src/cli/format/spec.ts';
import { stateText } from '../../../src/cli/format/state.ts';
import { versionText } from '../../../src/cli/format/version.ts';
import type { ContainerState } from '../../../src/cli/verbs.ts';
import { load } from '../../config/messages.ts';

const running: ContainerState = {
  ociVersion: '1.3.0',
  id: 'web',
  pid: 4711,
  status: 'running',
  bundle: '/b',
  rootfs: '/b/rootfs',
  created: '2026-01-02T03:04:05.678Z',
  annotations: { a: 'b' },
  owner: 'root',
};
const stopped: ContainerState = { ...running, id: 'db', pid: 0, status: 'stopped', annotations: {} };

test('state has the members of runc in its order, and no owner', () => {
  expect(stateText(running)).toBe(
    `{
  "ociVersion": "1.3.0",
  "id": "web",
  "pid": 4711,
  "status": "running",
  "bundle": "/b",
  "rootfs": "/b/rootfs",
  "created": "2026-01-02T03:04:05.678Z",
  "annotations": {
    "a": "b"
  },
  "owner": ""
}
`,
  );
  expect(Object.keys(JSON.parse(stateText(stopped)))).not.toContain('annotations');
});

describe('list', () => {
  test('as a table', () => {
    expect(listText([stopped, running], 'table')).toBe(
      `ID          PID         STATUS      BUNDLE      CREATED                    OWNER
db          0           stopped     /b          2026-01-02T03:04:05.678Z   root
web         4711        running     /b          2026-01-02T03:04:05.678Z   root
`,
    );
  });

  test('as JSON', () => {
    expect(JSON.parse(listText([running], 'json'))).toEqual([running]);
    expect(listText([], 'json')).toBe('null\n');
  });

  test('ids only', () => {
    expect(listText([stopped, running], 'ids')).toBe('db\nweb\n');
    expect(listText([], 'ids')).toBe('');
  });
});

describe('ps', () => {
  test('as JSON', () => {
    expect(psText({ pids: [1, 22], table: null })).toBe('[1,22]\n');
    expect(psText({ pids: [], table: null })).toBe('[]\n');
  });

  test('the lines of ps(1) that are about the container', () => {
    const table = `UID          PID    PPID CMD
root           1       0 init
root          22       1 sh 1
root         221       1 22
`;
    expect(psText({ pids: [22], table })).toBe(
      'UID          PID    PPID CMD\nroot          22       1 sh 1\n',
    );
    expect(() => psText({ pids: [22], table: 'A B\n1 22\n' })).toThrow(
      "couldn't find PID field in ps output",
    );
  });
});

test('version', () => {
  const build = { version: '1.2.3', commit: 'abc', id: '' };
  expect(versionText('/usr/bin/railcar', build)).toBe('railcar version 1.2.3\ncommit: abc\nspec: 1.3.0\n');
  expect(versionText('/usr/sbin/runc', build)).toMatch(/^runc version 1\.2\.3\n/);
});

test('the default has the file systems of Linux', () => {
  const places = defaultSpec().mounts?.map(({ destination, type }) => `${destination} ${type}`);
  expect(places).toEqual(
    expect.arrayContaining(['/proc proc', '/sys sysfs', '/dev/pts devpts', '/dev/shm tmpfs']),
  );
});

/** Written by `runc spec` 1.1.5; what is deliberately different is set beforehand. */
describe('spec', () => {
  const ours = { ociVersion: '1.3.0', hostname: 'railcar' };

  test.each([
    ['spec.json', defaultSpec()],
    ['spec-rootless.json', rootlessSpec(1000, 1001)],
  ])('%s', (name, spec) => {
    const theirs = JSON.parse(readFileSync(new URL(`data/${name}`, import.meta.url), 'utf8'));
    // Without being inheritable none of these could become ambient: runc passes over them in silence.
    delete theirs.process.capabilities.ambient;
    expect(spec).toEqual({ ...theirs, ...ours });
    expect(load(spec).warnings).toEqual([]);
  });
});
