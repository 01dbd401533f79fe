import { expect, test } from 'vitest';
import { missing, tally, wronglyPassed } from '../../conformance/runtime-tools/count.ts';
import type { Result } from '../../conformance/runtime-tools/program.ts';
import type { Assertion } from '../../conformance/runtime-tools/tap.ts';

const ok = (name: string): Assertion => ({ name, outcome: 'ok', detail: '' });
const bad = (name: string): Assertion => ({ name, outcome: 'not ok', detail: '' });

function result(runtime: string, test: string, ...assertions: Assertion[]): Result {
  return { test, runtime, assertions, output: '', seconds: 1 };
}

const early = result('early', 'kill', bad('exits with 0'));
const whole = result('whole', 'kill', ok('a'), bad('b'), bad('c'), ok('d'));

test('a program that ends early does not pass what another comes to and passes', () => {
  expect(missing(early, [early, whole])).toEqual(['a', 'd']);
  expect(tally([early, whole], 'early')).toEqual({ failing: 1, notPassed: 3, programs: 1 });
});

test('one that comes to the end fails what it fails, and not what is said of failures only', () => {
  expect(missing(whole, [early, whole])).toEqual([]);
  expect(tally([early, whole], 'whole')).toEqual({ failing: 2, notPassed: 2, programs: 1 });
});

test('a program without a failure that never comes to something is not passed either', () => {
  const short = result('short', 'kill', ok('a'));
  expect(tally([short, whole], 'short')).toEqual({ failing: 0, notPassed: 1, programs: 1 });
});

test('another program is another matter', () => {
  expect(missing(early, [early, { ...whole, test: 'state' }])).toEqual([]);
});

test('what is forbidden counts for nobody', () => {
  const forbidden = (_: string, assertion: string) => assertion === 'b' || assertion === 'a';
  expect(tally([early, whole], 'whole', forbidden)).toEqual({ failing: 1, notPassed: 1, programs: 1 });
  expect(tally([early, whole], 'early', forbidden)).toEqual({ failing: 1, notPassed: 2, programs: 1 });
  expect(wronglyPassed([early, whole], 'whole', forbidden)).toBe(1);
  expect(wronglyPassed([early, whole], 'early', forbidden)).toBe(0);
});

test('nothing of a program counts that has to fail as a whole', () => {
  const forbidden = (test: string, assertion: string) => test === 'kill' && assertion === 'exits with 0';
  const none = { failing: 0, notPassed: 0, programs: 0 };
  expect(tally([early, whole], 'early', forbidden)).toEqual(none);
  expect(tally([early, whole], 'whole', forbidden)).toEqual(none);
});

test('who has no failure has passed what is reported of failures only', () => {
  const clean = result('clean', 'kill', ok('a'));
  const forbidden = (_: string, assertion: string) => assertion === 'exits with 0';
  expect(wronglyPassed([early, clean], 'clean', forbidden)).toBe(1);
  expect(wronglyPassed([early, clean], 'early', forbidden)).toBe(0);
});
