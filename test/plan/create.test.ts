import { describe, expect, test } from 'vitest';
import { find, names, planOf } from './build.ts';

const hook = (name: string) => [{ path: `/${name}` }];

describe('the claim', () => {
  const { hands } = planOf({ options: { verb: 'create' } });

  test('the id belongs to whoever makes its directory', () => {
    expect(names(hands).slice(0, 5)).toEqual(['mkdirAll', 'mkdir', 'open', 'lock', 'writeFile']);
    expect(find(hands, 'mkdir').undo).toMatchObject([{ op: 'removeTree', path: '/run/railcar/golden' }]);
  });

  test('the journal is written before what it lists is made, the record when it is complete', () => {
    const records = hands.filter((op) => op.op === 'writeFile' && op.path.endsWith('state.json'));
    expect(records).toHaveLength(2);
    const list = names(hands);
    expect(list.indexOf('writeFile')).toBeLessThan(list.indexOf('cgroupMake'));
    expect(list.lastIndexOf('writeFile')).toBe(list.length - 1);
    expect(list.at(-2)).toBe('await');
  });

  test('a created container waits on a fifo that its root may write', () => {
    expect(find(hands, 'mkfifo')).toMatchObject({ mode: 0o622, uid: 0 });
    expect(find(hands, 'spawn').pass).toContain('fifo');
    const mappings = [{ containerID: 0, hostID: 5000, size: 1 }];
    const plan = planOf({
      options: { verb: 'create' },
      linux: {
        namespaces: [{ type: 'user' }, { type: 'mount' }],
        uidMappings: mappings,
        gidMappings: mappings,
      },
    });
    expect(find(plan.hands, 'mkfifo')).toMatchObject({ uid: 5000, gid: 5000 });
  });
});

test('run has no fifo, and its record comes once the program runs', () => {
  const list = names(planOf({}).hands);
  expect(list).not.toContain('mkfifo');
  expect(list.slice(list.indexOf('awaitExec'))).toEqual(['awaitExec', 'writeFile', 'close']);
});

test('only the launcher of run may stay for long, so it lets go of the lock', () => {
  expect(names(planOf({}).hands)).toContain('close');
  expect(names(planOf({ options: { verb: 'create', detach: true } }).hands)).not.toContain('close');
});

describe('poststop hooks of a container that fails', () => {
  const undoOf = (hooks: object) => find(planOf({ config: { hooks } }).hands, 'await').undo;
  const hook = [{ path: '/hook' }];

  test.each(['prestart', 'createRuntime', 'createContainer'])('run when it has had %s hooks', (kind) => {
    expect(undoOf({ [kind]: hook, poststop: hook })).toMatchObject([
      { op: 'hook', origin: 'hooks.poststop[0]', severity: 'warn' },
    ]);
  });

  test('do not run when nobody has been told of it', () => {
    expect(undoOf({ poststop: hook })).toBeUndefined();
  });
});

test('the pid file comes last, and goes if it comes to nothing', () => {
  const op = planOf({ options: { pidFile: '/run/x.pid' } }).hands.at(-1);
  expect(op).toMatchObject({ op: 'writeFile', text: [{ variable: 'pid' }], undo: [{ op: 'unlink' }] });
});

test('hooks of all six kinds, each in its place', () => {
  const hooks = {
    prestart: hook('prestart'),
    createRuntime: hook('createRuntime'),
    createContainer: hook('createContainer'),
    startContainer: hook('startContainer'),
    poststart: hook('poststart'),
    poststop: hook('poststop'),
  };
  const { hands, stubs, teardown } = planOf({ config: { hooks } });
  const order = (ops: readonly { readonly op: string; readonly origin: string }[]) =>
    ops.flatMap(({ op, origin }) =>
      ['hook', 'await', 'release', 'report', 'hold', 'pivot', 'resolve', 'exec', 'awaitExec'].includes(op)
        ? [op === 'hook' ? origin.slice('hooks.'.length) : op]
        : [],
    );
  expect(order(hands)).toEqual([
    'await',
    'await',
    'prestart[0]',
    'createRuntime[0]',
    'release',
    'awaitExec',
    'poststart[0]',
  ]);
  expect(order(stubs[0] ?? [])).toEqual([
    'report',
    'hold',
    'createContainer[0]',
    'pivot',
    'resolve',
    'startContainer[0]',
    'exec',
  ]);
  expect(order(teardown)).toEqual(['poststop[0]']);
});

test('hooks of the host see the container in its cgroups', () => {
  const { stubs } = planOf({ config: { hooks: { createRuntime: hook('x') } } });
  const list = names(stubs[0] ?? []);
  expect(list.lastIndexOf('joinCgroup')).toBeLessThan(list.indexOf('report'));
});

test('nothing is left to do after a container that stays', () => {
  expect(names(planOf({}).teardown)).toContain('removeTree');
  expect(planOf({ options: { keep: true } }).teardown).toEqual([]);
  expect(planOf({ options: { detach: true } }).teardown).toEqual([]);
  expect(planOf({ options: { verb: 'create' } }).teardown).toEqual([]);
});

test('--no-new-keyring', () => {
  expect(names(planOf({}).stubs[0] ?? [])).toContain('keyring');
  expect(names(planOf({ options: { noNewKeyring: true } }).stubs[0] ?? [])).not.toContain('keyring');
});

test('a missing working directory is made before the root is read-only', () => {
  const list = names(planOf({ process: { cwd: '/srv/new' } }).stubs[0] ?? []);
  expect(list.indexOf('pivot')).toBeLessThan(list.indexOf('makeDir'));
});
