import { describe, expect, test } from 'vitest';
import { runCommand } from '../../src/cli/command.ts';
import { remove } from '../../src/lifecycle/delete.ts';
import { type FakeHost, fakeContext, fakeRequest, procStat, Recorder } from '../execute/recorder.ts';
import { hostWith } from '../state/containers.ts';

const host: FakeHost = { files: { '/proc/self/stat': procStat(900, 90) } };
const folder = '/var/lib/railcar/bundles';

async function run(line: readonly string[], given: FakeHost = host, changes: object = {}) {
  const request = fakeRequest({ argv: ['railcar', ...line], cwd: '/here' });
  const finish = await runCommand(
    { ...request, ...changes, numbers: { ...request.numbers, ...(changes as { numbers?: object }).numbers } },
    new Recorder(given),
  );
  return { ...finish, texts: String(finish?.stdout).split('\0').slice(0, -1) };
}

describe('run --image', () => {
  test('has a bundle made, and goes on with it', async () => {
    const line = ['--root', '/r', '--debug', 'run', '-d', '-p', '/pid', '-k', '--image', 'x.tar.gz:1', 'c1'];
    const { code, texts } = await run(line);
    expect(code).toBe(256);
    const bundle = `${folder}/c1.900.90`;
    expect(texts).toEqual([
      bundle,
      '6',
      ...['run-image', '--insecure', '--verbose', `--bundle=${bundle}`, '--image=/here/x.tar.gz:1', '--'],
      ...[
        'railcar',
        '--root',
        '/r',
        '--debug',
        'run',
        `--own-bundle=${bundle}`,
        '--detach=true',
        '--pid-file=/pid',
        'c1',
      ],
    ]);
  });
  test('words after the id are the command, whatever they look like', async () => {
    const { texts } = await run(['run', '-image=https://h/n', 'c1', '--', 'sh', '-c', '', '--image', 'y']);
    expect(texts[1]).toBe('9');
    expect(texts.slice(4, 11)).toEqual(['--image=https://h/n', '--', 'sh', '-c', '', '--image', 'y']);
    expect(texts.at(-1)).toBe('c1');
    expect((await run(['run', '--image', 'x', 'c1', 'ls', '-l'])).texts).toContain('-l');
  });
  test('a terminal for a terminal', async () => {
    const terminals = async (bits: bigint, ...more: string[]) => {
      const { texts } = await run(['run', ...more, '--image', 'x', 'c1'], host, {
        numbers: { terminals: bits },
      });
      return texts.includes('--terminal');
    };
    expect(await terminals(7n)).toBe(true);
    expect(await terminals(5n)).toBe(false);
    expect(await terminals(7n, '--detach')).toBe(false);
    expect(await terminals(0n, '--console-socket', '/s')).toBe(true);
  });
  test('a user has his own folder', async () => {
    const as = async (...env: string[]) =>
      (await run(['run', '--image', 'x', 'c1'], host, { env, numbers: { euid: 5n } })).texts[0];
    expect(await as('HOME=/home/u')).toBe('/home/u/.local/share/railcar/bundles/c1.900.90');
    expect(await as('HOME=/home/u', 'XDG_DATA_HOME=/data')).toBe('/data/railcar/bundles/c1.900.90');
    expect(await as('XDG_DATA_HOME=data')).toBeUndefined();
  });
  test.each([
    [['--bundle', '/b'], '--image: cannot be given with --bundle\n'],
    [['--config', 'c'], '--image: cannot be given with --config\n'],
    [['--own-bundle', 'c'], '--image: cannot be given with --own-bundle\n'],
    [['--image', ''], '--image: must not be empty\n'],
  ])('%s is refused', async (more, stderr) => {
    expect(await run(['run', '--image', 'x', ...more, 'c1'])).toMatchObject({ code: 1, stderr });
  });
  test('an id that is in use is refused before anything is fetched', async () => {
    const { stderr } = await run(['run', '--image', 'x', 'c1'], { directories: ['/run/railcar/c1'] });
    expect(stderr).toBe('"c1": container with given ID already exists\n');
  });
  test('without it run takes one word', async () => {
    expect(await run(['run', 'c1', 'ls'])).toMatchObject({
      code: 1,
      stderr: 'railcar: "run" requires exactly 1 argument(s)\n',
    });
  });
});

describe('the bundle goes with the container', () => {
  const removed = async (given: FakeHost, force = true) => {
    const hands = new Recorder(given);
    await remove(fakeContext(hands), { id: 'c1', force, evenCreated: false });
    return hands.executed.flatMap(({ plan }) =>
      plan.hands.flatMap((op) => (op.op === 'removeTree' ? [op.path] : [])),
    );
  };

  test('if the record says so', async () => {
    const bundle = `${folder}/c1.1.2`;
    expect(await removed(hostWith('stopped', { bundle, ownBundle: true }), false)).toEqual([
      bundle,
      '/run/railcar/c1',
    ]);
    expect(await removed(hostWith('stopped', { bundle }), false)).toEqual(['/run/railcar/c1']);
  });
  test('what a killed launcher has left is found by its name', async () => {
    const names = [
      'c1.900.90',
      'c1.901.91',
      'c1.902.92.0123abcd.partial',
      'c1.903.93',
      'c1.904.94',
      'c2.905.95',
      'c1.x',
      'c1',
    ];
    const given: FakeHost = {
      directories: names.map((name) => `${folder}/${name}`),
      files: { '/proc/900/stat': procStat(900, 90), '/proc/901/stat': procStat(901, 92) },
      links: {
        [`${folder}/c1.903.93/container`]: '/run/railcar/c1',
        [`${folder}/c1.904.94/container`]: '/elsewhere/c1',
      },
    };
    const gone = ['c1.901.91', 'c1.902.92.0123abcd.partial', 'c1.903.93'];
    expect(await removed(given)).toEqual(gone.map((name) => `${folder}/${name}`));
  });
});
