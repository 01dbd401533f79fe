import { describe, expect, test } from 'vitest';
import excuses from '../../conformance/runtime-tools/excuses.json' with { type: 'json' };
import {
  attemptsAt,
  type Excuse,
  excusesAt,
  judge,
  outcomeOf,
} from '../../conformance/runtime-tools/judge.ts';
import type { Result } from '../../conformance/runtime-tools/program.ts';
import type { Assertion } from '../../conformance/runtime-tools/tap.ts';

const ok = (name: string): Assertion => ({ name, outcome: 'ok', detail: '' });
const bad = (name: string, detail = ''): Assertion => ({ name, outcome: 'not ok', detail });

function result(runtime: string, ...assertions: Assertion[]): Result {
  return { test: 'kill', runtime, assertions, output: '', seconds: 1 };
}

const excuse: Excuse = { test: 'kill', assertion: 'a', fault: 'suite', cause: 'it compares pointers' };

/** Peers that fail more than enough elsewhere. */
const others = ['x', 'y', 'z'].map((name) => bad(name));

function faults(
  own: Assertion[],
  runc: Assertion[],
  crun: Assertion[],
  listed: Excuse[] = [excuse],
): readonly string[] {
  const results = [
    result('mine', ...own),
    ...[result('runc', ...runc), result('crun', ...crun)],
    ...['runc', 'crun'].flatMap((name) =>
      ['state', 'start'].map((test) => ({ ...result(name, ...others), test })),
    ),
  ];
  return judge(results, 'mine', listed).faults;
}

test('a failure that is listed and that both peers have is excused', () => {
  expect(faults([bad('a')], [bad('a')], [bad('a')])).toEqual([]);
});

test('so is each case of an assertion', () => {
  expect(faults([bad('a (2)')], [bad('a (2)')], [bad('a (2)')])).toEqual([]);
});

test('a peer that ends before the assertion does not pass it', () => {
  expect(faults([bad('a')], [bad('exits with 0')], [bad('a')])).toEqual([]);
});

describe('not excused', () => {
  test('what is not listed', () => {
    expect(faults([bad('b')], [bad('b')], [bad('b')])).toEqual(['kill: b: no excuse is listed']);
  });

  test('what a peer passes', () => {
    expect(faults([bad('a')], [ok('a')], [bad('a')])).toEqual([
      'kill: a: the listed excuse does not hold, runc passes it',
    ]);
  });

  test('a program that fails as a whole where a peer only fails an assertion', () => {
    const listed = [{ ...excuse, assertion: 'exits with 0' }];
    expect(faults([bad('exits with 0')], [bad('a')], [bad('exits with 0')], listed)).toEqual([
      'kill: exits with 0: the listed excuse does not hold, runc passes it',
    ]);
  });

  test('what fails for another reason', () => {
    const listed = [{ ...excuse, says: 'no such file' }];
    expect(faults([bad('a', 'killed')], [bad('a')], [bad('a')], listed)).toEqual([
      'kill: a: no excuse is listed',
    ]);
  });
});

test('the specification counts for more than the suite', () => {
  const listed = [{ ...excuse, sentence: 'MUST generate an error' }];
  expect(faults([bad('a')], [ok('a')], [ok('a')], listed)).toEqual([]);
});

test('more than a peer are too many', () => {
  const results = [result('mine', bad('a')), result('runc', ok('a')), result('crun', bad('a'), bad('b'))];
  const listed = [{ ...excuse, sentence: 'MUST generate an error' }, excuse];
  expect(judge(results, 'mine', [excuse]).faults).toContain(
    'mine does not pass 1 assertions, more than runc with 0',
  );
  expect(judge(results, 'mine', [excuse]).faults).toContain(
    'mine does not pass 1 programs, more than runc with 0',
  );
  expect(judge(results, 'mine', listed).faults).toEqual([]);
});

test('as many as a peer are not', () => {
  const results = [result('mine', bad('a')), result('runc', bad('a')), result('crun', bad('a'), bad('b'))];
  expect(judge(results, 'mine', [excuse]).faults).toEqual([]);
});

test('an excuse may be of several programs', () => {
  const results = [result('mine', bad('a')), result('runc', bad('a')), result('crun', bad('a'))];
  expect(judge(results, 'mine', [{ ...excuse, test: 'ki*' }]).faults).toEqual([]);
  expect(judge(results, 'mine', [{ ...excuse, test: 'li*' }]).faults).toEqual([
    'kill: a: no excuse is listed',
  ]);
});

test('what the specification forbids to pass counts for nobody', () => {
  const listed = [excuse, { ...excuse, assertion: 'b', sentence: 'MUST generate an error' }];
  const results = [result('mine', bad('b')), result('runc', bad('a'), ok('b')), result('crun', bad('a'))];
  expect(judge(results, 'mine', listed)).toMatchObject({
    standings: [
      { name: 'mine', all: { failing: 1 }, allowed: { failing: 0 }, wronglyPassed: 0 },
      { name: 'runc', all: { failing: 1 }, allowed: { failing: 1 }, wronglyPassed: 1 },
      { name: 'crun', all: { failing: 1 }, allowed: { failing: 1 }, wronglyPassed: 0 },
    ],
    faults: [],
  });
});

test('without peers an excuse is taken as it is written', () => {
  expect(judge([result('mine', bad('a'))], 'mine', [excuse]).faults).toEqual([]);
});

test('an excuse may hold with one version of cgroups only', () => {
  const newer: Excuse = { ...excuse, cgroup: 'v2' };
  expect(excusesAt('v1', [excuse, newer])).toEqual([excuse]);
  expect(excusesAt('v2', [excuse, newer])).toEqual([excuse, newer]);
});

test('outcomes', () => {
  const skipped: Assertion = { name: 's', outcome: 'skipped', detail: '' };
  expect(outcomeOf({ assertions: [] })).toBe('ok');
  expect(outcomeOf({ assertions: [skipped] })).toBe('skipped');
  expect(outcomeOf({ assertions: [skipped, ok('a')] })).toBe('ok');
  expect(outcomeOf({ assertions: [skipped, bad('a')] })).toBe('not ok');
});

test('every excuse gives a reason', () => {
  for (const { cause, fault } of excuses) {
    expect(cause.length).toBeGreaterThan(20);
    expect(cause.startsWith('the machine') ? 'machine' : 'suite').toBe(fault);
  }
});

test('a program is tried once, unless an excuse calls it a race', () => {
  const race: Excuse = { ...excuse, attempts: 8 };
  expect(attemptsAt('kill', [excuse])).toBe(1);
  expect(attemptsAt('kill', [excuse, race])).toBe(8);
  expect(attemptsAt('start', [race])).toBe(1);
});
