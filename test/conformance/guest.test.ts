import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

const guest = resolve(import.meta.dirname, '../../conformance/guest');
const scratch = mkdtempSync(resolve(tmpdir(), 'guest-test.'));
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

describe('conformance/guest/run', () => {
  it.each([
    [['--release', 'sid', '--cgroup', 'v1', '--', 'true'], 'sid has no cgroup v1'],
    [
      ['--release=potato', '--', 'true'],
      '--release cannot be "potato"\n    It can be: bullseye bookworm trixie sid',
    ],
    [['--lsm', 'smack', '--', 'true'], '--lsm cannot be "smack"'],
    [['--cgroup', 'v3', '--', 'true'], '--cgroup cannot be "v3"'],
    [['--memory', '1G', '--', 'true'], '--memory has to be a positive number, not "1G"'],
    [['--kvm', 'on', '--', 'true'], 'no such option: "--kvm"'],
    [['--cpus'], 'this option needs a value: "--cpus"'],
    [['true'], 'not an option: "true"'],
    [['--release', 'sid'], 'there is no command to run'],
  ])('refuses %j before it makes anything, with an exit status that no command has', (words, message) => {
    const { status, stderr, stdout } = spawnSync(resolve(guest, 'run'), words, { encoding: 'utf8' });
    expect([status, stdout]).toEqual([125, '']);
    expect(stderr).toContain(`conformance/guest/run: ${message}`);
  });

  it('explains itself', () => {
    const { status, stdout } = spawnSync(resolve(guest, 'run'), ['--help'], { encoding: 'utf8' });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^conformance\/guest\/run \[OPTION\]\.\.\. -- COMMAND\.\.\./);
    expect(stdout).not.toContain('set -e');
  });

  it('takes along what it is told to, under the names that it has here or is to have there', () => {
    mkdirSync(resolve(scratch, 'a.b+c/d'), { recursive: true });
    writeFileSync(resolve(scratch, 'a.b+c/d/file'), 'text');
    symlinkSync('d/file', resolve(scratch, 'a.b+c/link'));
    symlinkSync('a.b+c', resolve(scratch, 'way'));
    const names = luggage([`${scratch}/a.b+c`, `${scratch}/way:/else/wh&re`], ['echo', "it's", '']);
    const here = scratch.slice(1);
    expect(names).toEqual([
      'guest/command',
      ...['', 'd/', 'd/file', 'link -> d/file'].map((name) => `else/wh&re/${name}`),
      ...['', 'd/', 'd/file', 'link -> d/file'].map((name) => `${here}/a.b+c/${name}`),
    ]);
  });
});

/** What is in the archive that luggage.sh makes, in its order but for files of one folder. */
function luggage(copies: readonly string[], command: readonly string[]): string[] {
  const script = `. "$1/options.sh"; . "$1/luggage.sh"
    scratch=$2/scratch repository=$2 PWD=$2; mkdir -p "$scratch"; mapfile -t copies <<<"$3"; shift 3; command=("$@")
    pack_luggage; tar --list --verbose --file "$luggage" | awk '{ $1 = $2 = $3 = $4 = $5 = ""; print substr($0, 6) }'`;
  const words = ['-euc', script, 'bash', guest, scratch, copies.join('\n'), ...command];
  const { status, stdout, stderr } = spawnSync('bash', words, { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  const [first = '', ...rest] = stdout.trimEnd().split('\n');
  return [first, ...rest.sort()];
}
