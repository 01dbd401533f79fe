import { unmarshall } from 'dbus-native/lib/message.js';
import { describe, expect, test } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import type { HandsOp } from '../../src/plan/ops.ts';
import { attachOps, connectOps, startOps, stopOps, updateOps } from '../../src/systemd/ops.ts';

const unit = { name: 'rc-x.scope', slice: 'a.slice', bus: '/bus', cgroup: '/a.slice/rc-x.scope' };
const config = (more: Partial<Config> = {}): Config => ({
  ociVersion: '1.0.0',
  root: { path: 'r' },
  process: { cwd: '/', args: ['x'] },
  ...more,
});

interface Message {
  readonly serial: number;
  readonly member: string;
  readonly body: readonly unknown[];
}

function messageOf(op: HandsOp | undefined): Message {
  if (op?.op !== 'busCall' && op?.op !== 'busJob') throw new Error(`${op?.op} has no message`);
  return unmarshall(Buffer.from(op.message), { variants: 'plain' }) as unknown as Message;
}

/** All operations with the branches and what undoes them. */
function all(ops: readonly HandsOp[]): HandsOp[] {
  return ops.flatMap((op) => [op, ...all(op.orElse?.do ?? []), ...all(op.undo ?? [])]);
}

function propertiesOf(op: HandsOp | undefined): Record<string, unknown> {
  const { body } = messageOf(op);
  return Object.fromEntries(body.find(Array.isArray) as [string, unknown][]);
}

describe('starting a scope', () => {
  test('has the pid put where the message has it', () => {
    const [op] = startOps(unit, config(), 2);
    if (op?.op !== 'busJob') throw new Error('no job');
    const bytes = Buffer.from(op.message);
    bytes.writeUInt32LE(4242, Number(op.pidAt));
    const { PIDs } = propertiesOf({ ...op, message: bytes });
    expect(PIDs).toEqual([4242]);
  });

  test('each message of a connection has a serial of its own', () => {
    const serials = all([...connectOps(unit), ...startOps(unit, config(), 2), ...stopOps(unit)])
      .filter(({ op }) => op === 'busCall' || op === 'busJob')
      .map((op) => `${messageOf(op).serial} ${messageOf(op).member}`);
    const distinct = new Set(serials);
    expect(new Set([...distinct].map((each) => each.split(' ')[0])).size).toBe(distinct.size);
  });

  test('a systemd that does not know the newer properties is asked without them', () => {
    const [op] = startOps(unit, config({ linux: { resources: { cpu: { cpus: '0', shares: 1024 } } } }), 2);
    const older = op?.orElse?.do.at(-1)?.orElse?.do[0];
    expect(op?.orElse?.on).toContain('EOPNOTSUPP');
    expect(propertiesOf(op)).toHaveProperty('AllowedCPUs');
    expect(propertiesOf(older)).not.toHaveProperty('AllowedCPUs');
    expect(propertiesOf(older)).toHaveProperty('CPUWeight');
  });

  test('an annotation takes the place of what railcar would say', () => {
    const [op] = startOps(unit, config({ annotations: { 'org.systemd.property.Description': "'mine'" } }), 2);
    expect(propertiesOf(op)).toMatchObject({ Description: 'mine' });
  });

  test.each([
    ['org.systemd.property.PIDs', '@au [1]'],
    ['org.systemd.property.Slice', "'x.slice'"],
    ['org.systemd.property.a b', 'true'],
    ['org.systemd.property.TimeoutStopSec', "'long'"],
    ['org.systemd.property.TimeoutStopSec', '-1'],
  ])('%s: %s is refused', (key, value) => {
    expect(() => startOps(unit, config({ annotations: { [key]: value } }), 2)).toThrow(
      /is no value of systemd/,
    );
  });

  test('seconds become microseconds', () => {
    const [op] = startOps(unit, config({ annotations: { 'org.systemd.property.TimeoutStopSec': '1.5' } }), 2);
    expect(propertiesOf(op)).toMatchObject({ TimeoutStopUSec: 1500000n });
  });
});

describe('stopping', () => {
  test('a systemd that is not there, or has forgotten the unit, keeps nothing from being removed', () => {
    for (const { orElse } of stopOps(unit)) {
      expect(orElse?.on).toEqual(expect.arrayContaining(['ENOENT', 'EBADF', 'ECONNREFUSED']));
    }
  });
});

describe('update', () => {
  test('tells the new limits, and the old ones again if the rest fails', () => {
    const op = updateOps(unit, { pids: { limit: 5 } }, { pids: { limit: 7 } }, 2).at(-1);
    expect(propertiesOf(op)).toEqual({ TasksMax: 7n });
    expect(propertiesOf(op?.undo?.[0])).toEqual({ TasksMax: 5n });
  });

  test('nothing to tell: nothing is asked', () => {
    expect(updateOps(unit, {}, { hugepageLimits: [] }, 2)).toEqual([]);
  });
});

test('an exec is put into the unit by its manager, with the pid in its place', () => {
  const [op] = attachOps(unit, '/below');
  if (op?.op !== 'busCall') throw new Error('no call');
  const bytes = Buffer.from(op.message);
  bytes.writeUInt32LE(4242, Number(op.pidAt));
  expect(messageOf({ ...op, message: bytes })).toMatchObject({
    member: 'AttachProcessesToUnit',
    body: ['rc-x.scope', '/below', [4242]],
  });
});
