import { describe, expect, test } from 'vitest';
import { readTap } from '../../conformance/runtime-tools/tap.ts';

/** `outcome name` of each assertion. */
function read(...lines: string[]): string[] {
  return readTap(`TAP version 13\n${lines.join('\n')}\n`).map(({ outcome, name }) => `${outcome} ${name}`);
}

const block = (text: string) => ['  ---', '  {', `    "error": "${text}"`, '  }', '  ...'];

test('assertions, and those that are skipped', () => {
  const lines = [
    'ok 1 - one',
    'not ok 2 - two',
    'ok 3 # SKIP no cgroups',
    `not ok 4 # ${'todo'.toUpperCase()} later`,
    '1..4',
  ];
  expect(read(...lines)).toEqual(['ok one', 'not ok two', 'skipped no cgroups', 'skipped later']);
});

describe('a block with an error', () => {
  test('explains the assertion before it, which may have passed because of it', () => {
    const lines = ['ok 1 - must be refused', ...block('exit status 1'), '1..1'];
    expect(read(...lines)).toEqual(['ok must be refused']);
    expect(readTap(`TAP version 13\n${lines.join('\n')}`)[0]?.detail).toContain('exit status 1');
  });

  test('is a failure if it belongs to none', () => {
    expect(read(...block('hooks MUST be called'), '1..0')).toEqual(['not ok reports no error']);
    expect(readTap(block('in order\\nRefer to: there').join('\n'))[0]?.detail).toBe('in order');
  });

  test('is a failure if the assertion has one already', () => {
    const lines = ['ok 1 - one', ...block(''), ...block('two'), '1..1'];
    expect(read(...lines)).toEqual(['ok one', 'not ok reports no error']);
  });
});

test('a block without an error says nothing', () => {
  expect(read('  ---', '  {', '    "actual": ""', '  }', '  ...', '1..0')).toEqual([]);
});

test('the output of a program inside a block is not read', () => {
  const lines = ['ok 1 - outer', '  ---', '  {', 'not ok 1 - inner', '  }', '  ...', '1..1'];
  expect(read(...lines)).toEqual(['ok outer']);
});

describe('the plan', () => {
  const unfinished = 'not ok reports all that it has planned';

  test('is missing where a program died', () => {
    expect(read('ok 1 - one')).toEqual(['ok one', unfinished]);
    expect(read('ok 1 - one', '1..2')).toEqual(['ok one', unfinished]);
  });

  test('may come several times', () => {
    expect(read('ok 1 - one', '1..1', 'TAP version 13', 'ok 1 - two', '1..1')).toEqual(['ok one', 'ok two']);
  });

  test('is nothing that a program without assertions needs', () => {
    expect(readTap('')).toEqual([]);
  });
});

test('names are the same in every run', () => {
  const names = read(
    'ok 1 - exposes "/target3204/mount123456789/example9876543"',
    'ok 2 - container 11111111-2222-3333-4444-555555555555',
    'ok 3 - limit 0xc000123456',
    'ok 4 - again',
    'ok 5 - again',
    '1..5',
  );
  expect(names).toEqual([
    'ok exposes "/target3204/mount*/example*"',
    'ok container ID',
    'ok limit ADDRESS',
    'ok again',
    'ok again (2)',
  ]);
});
