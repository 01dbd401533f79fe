import { describe, expect, test } from 'vitest';
import { parseCommandLine } from '../../src/cli/parse.ts';

function parse(line: string) {
  return parseCommandLine(line === '' ? [] : line.split(' '));
}

function parseRun(line: string) {
  const parsed = parse(line);
  if (parsed.kind !== 'run') throw new Error(`${line}: ${JSON.stringify(parsed)}`);
  return parsed;
}

describe('what callers write', () => {
  test('containerd: create', () => {
    const line =
      '--root /run/r --log /b/log.json --log-format json --systemd-cgroup --rootless=false ' +
      'create --bundle /b --pid-file /b/init.pid --no-pivot --no-new-keyring --preserve-fds 2 id';
    const { command, global, values, words } = parseRun(line);
    expect(command).toBe('create');
    expect(global.text('root')).toBe('/run/r');
    expect(global.text('log')).toBe('/b/log.json');
    expect(global.text('log-format')).toBe('json');
    expect(global.text('rootless')).toBe('false');
    expect(global.flag('systemd-cgroup')).toBe(true);
    expect(values.text('bundle')).toBe('/b');
    expect(values.text('pid-file')).toBe('/b/init.pid');
    expect(values.flag('no-pivot')).toBe(true);
    expect(values.flag('no-new-keyring')).toBe(true);
    expect(values.integer('preserve-fds')).toBe(2n);
    expect(words).toEqual(['id']);
  });

  test('containerd: exec', () => {
    const { values, words } = parseRun('exec --process /tmp/p --console-socket /s --detach --pid-file /p id');
    expect(values.text('process')).toBe('/tmp/p');
    expect(values.text('console-socket')).toBe('/s');
    expect(values.flag('detach')).toBe(true);
    expect(words).toEqual(['id']);
  });

  test('containerd: ps and update', () => {
    expect(parseRun('ps --format table id -ef').words).toEqual(['id', '-ef']);
    expect(parseRun('update --resources=- id').values.text('resources')).toBe('-');
  });

  test('go-runc: a long flag with one dash', () => {
    expect(parseRun('run -no-subreaper -detach id').values.flag('detach')).toBe(true);
    expect(parseRun('-root /r -log-format=json state id').global.text('root')).toBe('/r');
  });

  test('CRI-O: kill and delete', () => {
    expect(parseRun('kill -a id KILL').values.flag('all')).toBe(true);
    expect(parseRun('kill id KILL').words).toEqual(['id', 'KILL']);
    expect(parseRun('delete id --force').values.flag('force')).toBe(true);
  });
});

describe('options', () => {
  test('a name that begins with no is not a negation', () => {
    const { values } = parseRun('create id');
    expect(values.flag('no-pivot')).toBe(false);
    expect(parse('create --pivot id')).toMatchObject({ kind: 'wrong' });
  });

  test('the value of an option may look like an option', () => {
    expect(parseRun('exec --env -x --cwd -- id ls').values.texts('env')).toEqual(['-x']);
    expect(parseRun('update --memory-swap -1 id').values.text('memory-swap')).toBe('-1');
  });

  test('the program of exec keeps its options', () => {
    expect(parseRun('exec -t id ls -l --all').words).toEqual(['id', 'ls', '-l', '--all']);
  });

  test('repeated values', () => {
    const { values } = parseRun('exec -e A=1 --env B=2 --cwd /a --cwd /b id ls');
    expect(values.texts('env')).toEqual(['A=1', 'B=2']);
    expect(values.text('cwd')).toBe('/b');
  });

  test('a value may be empty, or hold an equals sign', () => {
    expect(parseRun('exec --env=A=b=c --cwd= id ls').values.texts('env')).toEqual(['A=b=c']);
    expect(parseRun('exec --cwd= id ls').values.text('cwd')).toBe('');
  });

  test('flags with a truth value', () => {
    expect(parseRun('run --detach=false id').values.flag('detach')).toBe(false);
    expect(parseRun('run --detach=T id').values.flag('detach')).toBe(true);
  });

  test.each([
    ['--rootless create id', 'true'],
    ['--rootless=true create id', 'true'],
    ['--rootless auto create id', 'auto'],
    ['create id', 'auto'],
  ])('%s', (line, value) => {
    expect(parseRun(line).global.text('rootless')).toBe(value);
  });

  test('two dashes end the options', () => {
    expect(parseRun('kill -- id -9').words).toEqual(['id', '-9']);
  });
});

describe('wrong usage', () => {
  test.each([
    ['state', '"state" requires exactly 1 argument(s)', true],
    ['state a b', '"state" requires exactly 1 argument(s)', true],
    ['kill', '"kill" requires a minimum of 1 argument(s)', true],
    ['kill a b c', '"kill" requires a maximum of 2 argument(s)', true],
    ['state --foo x', 'flag provided but not defined: -foo', false],
    ['--foo state x', 'flag provided but not defined: -foo', false],
    ['create --bundle', 'flag needs an argument: -bundle', false],
    ['--root', 'flag needs an argument: -root', false],
    ['run --detach=maybe id', 'invalid boolean value "maybe" for -detach: parse error', false],
    ['--log-format xml list', 'invalid value "xml" for flag -log-format: must be one of text, json', false],
    ['frobnicate id', 'unknown command "frobnicate"', false],
    ['constructor', 'unknown command "constructor"', false],
    ['list --constructor', 'flag provided but not defined: -constructor', false],
  ])('%s', (line, message, count) => {
    expect(parse(line)).toMatchObject({ kind: 'wrong', message, count });
  });
});

describe('help and version', () => {
  test.each([
    ['', { kind: 'help', command: null }],
    ['help', { kind: 'help', command: null }],
    ['--help', { kind: 'help', command: null }],
    ['-h', { kind: 'help', command: null }],
    ['help create', { kind: 'help', command: 'create' }],
    ['create --help', { kind: 'help', command: 'create' }],
    ['create -h', { kind: 'help', command: 'create' }],
    ['--version', { kind: 'version' }],
    ['-v', { kind: 'version' }],
    ['exec id ls --help', { kind: 'run' }],
  ])('%s', (line, expected) => {
    expect(parse(line)).toMatchObject(expected);
  });
});

describe('the railcar of 2017', () => {
  test.each([
    '-r /state -d run -b /b -p /pid -n id',
    '--root /state --daemonize run --bundle /b --pid-file /pid --no-init id',
  ])('%s', (line) => {
    const { global, values, words } = parseRun(line);
    expect(global.text('root')).toBe('/state');
    expect(values.flag('detach')).toBe(true);
    expect(values.text('bundle')).toBe('/b');
    expect(values.text('pid-file')).toBe('/pid');
    expect(values.flag('no-init')).toBe(true);
    expect(words).toEqual(['id']);
  });

  test('create -t', () => {
    expect(parseRun('create -t id').words).toEqual(['id']);
  });

  test('-p of exec is a process', () => {
    expect(parseRun('exec -p /process id').values.text('process')).toBe('/process');
  });
});
