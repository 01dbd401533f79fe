import { expect, test } from 'vitest';
import {
  journalText,
  type NewRecord,
  parseRecord,
  parseRecordHead,
  recordTemplate,
  recordText,
} from '../../src/state/record.ts';
import { fakeRecord, minimalConfig } from './containers.ts';

const fresh: NewRecord = {
  id: 'c1',
  bundle: '/bundle',
  rootfs: '/bundle/rootfs',
  created: '2026-01-02T03:04:05.678Z',
  owner: 0,
  config: {
    ...minimalConfig,
    linux: {
      namespaces: [{ type: 'pid' }, { type: 'network', path: '/run/netns/x' }],
      resources: { memory: { limit: 2n ** 63n - 1n } },
    },
  },
  cgroupPaths: { memory: '/cg/memory/c1' },
  cgroupsKept: [],
  systemdCgroup: false,
  unit: null,
  resctrl: null,
  noNewKeyring: false,
  launcher: { pid: 77, startTime: 700 },
};

function fill(template: ReturnType<typeof recordTemplate>): string {
  const values = { pid: '42', startTime: '4200', self: '77', outerPid: '42' };
  return typeof template === 'string'
    ? template
    : template.map((piece) => (typeof piece === 'string' ? piece : values[piece.variable])).join('');
}

test('the journal names what is about to be made and no process', () => {
  const record = parseRecord(journalText(fresh), 'state.json');
  expect(record).toMatchObject({
    phase: 'creating',
    init_process_pid: 0,
    cgroup_paths: { memory: '/cg/memory/c1' },
    launcher: { pid: 77, startTime: 700 },
  });
});

test('the template is the record once pid and start time are filled in', () => {
  const text = fill(recordTemplate(fresh));
  const record = parseRecord(text, 'state.json');
  expect(record).toMatchObject({
    phase: 'created',
    init_process_pid: 42,
    init_process_start: 4200,
    id: 'c1',
  });
  expect(record.namespace_paths).toEqual({
    NEWNS: '/proc/42/ns/mnt',
    NEWUTS: '/proc/42/ns/uts',
    NEWIPC: '/proc/42/ns/ipc',
    NEWUSER: '/proc/42/ns/user',
    NEWPID: '/proc/42/ns/pid',
    NEWNET: '/run/netns/x',
    NEWCGROUP: '/proc/42/ns/cgroup',
    NEWTIME: '/proc/42/ns/time',
  });
});

test('integers beyond 2^53 survive', () => {
  const record = parseRecord(fill(recordTemplate(fresh)), 'state.json');
  expect(record.config.linux?.resources?.memory?.limit).toBe(2n ** 63n - 1n);
  expect(parseRecord(recordText(record), 'state.json')).toEqual(record);
});

test('every key that other tools read is there, with the type they expect', () => {
  const value = JSON.parse(recordText(fakeRecord()));
  expect(value).toMatchObject({
    id: expect.any(String),
    init_process_pid: expect.any(Number),
    init_process_start: expect.any(Number),
    created: expect.any(String),
    config: expect.any(Object),
    cgroup_paths: expect.any(Object),
    namespace_paths: expect.any(Object),
  });
});

test('the head is the record without its configuration, whatever its texts look like', () => {
  const odd = { ...fresh, bundle: '/a,"config":{"b', rootfs: String.raw`\\",\"config\":{}}` };
  const text = fill(recordTemplate(odd));
  const { config, ...rest } = parseRecord(text, 'state.json');
  expect(parseRecordHead(text, 'state.json')).toEqual({ ...rest, config: { ociVersion: '' } });
  expect(config.ociVersion).not.toBe('');
});

test('the head of what was cut short is refused like all of it', () => {
  const text = fill(recordTemplate(fresh));
  for (const cut of [
    text.replace(/\}+\n$/, ''),
    text.slice(0, 40),
    text.slice(0, text.indexOf('"config"') + 20),
    '',
  ])
    expect(() => parseRecordHead(cut, 'state.json')).toThrow("is not a container's record");
});
