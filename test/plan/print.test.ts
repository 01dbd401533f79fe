import { expect, test } from 'vitest';
import { handsOps, stubOps } from '../../src/plan/ops.ts';
import { handsPhrases, stubPhrases } from '../../src/plan/phrases.ts';
import { planJson, printPlan } from '../../src/plan/print.ts';
import { planOf } from './build.ts';

const plan = planOf({
  process: { rlimits: [{ type: 'RLIMIT_CORE', soft: 1, hard: 2n ** 64n - 1n }], args: ['echo', 'hi'] },
  config: { mounts: [{ destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid'] }] },
  facts: { seccomp: { program: new Uint8Array(24), flags: ['log'], listener: null } },
});

test('a line for each operation, with its origin', () => {
  const text = printPlan(plan);
  expect(text).toMatch(/^ {2}mount proc on \/proc \(nosuid\) +mounts\[0\]$/m);
  expect(text).toMatch(/^ {2}limit RLIMIT_CORE to 1, hard infinity +process\.rlimits\[0\]$/m);
  expect(text).toMatch(/^ {2}load filter of 3 instructions \(log\) +linux\.seccomp$/m);
  expect(text).toMatch(/^ {2}execute echo hi with 0 variables +process\.args$/m);
  expect(text).toMatch(/^ {6}undone by: remove \/run\/railcar\/golden and what is in it$/m);
  expect(text).toMatch(/^ {6}on EPERM: bind device \/dev\/null/m);
  expect(text.split('\n\n').map((part) => part.split('\n')[0])).toHaveLength(3);
});

test('JSON: bytes by their number, numbers as numbers where they can be', () => {
  const value = JSON.parse(planJson(plan)) as { stubs: Record<string, unknown>[][] };
  const [stub = []] = value.stubs;
  expect(stub.find(({ op }) => op === 'seccomp')).toMatchObject({ filter: { bytes: 24 } });
  expect(stub.find(({ op }) => op === 'rlimit')).toMatchObject({ soft: 1, hard: '18446744073709551615' });
});

test('there are words for every operation', () => {
  expect(Object.keys(handsPhrases).sort()).toEqual(Object.keys(handsOps).sort());
  expect(Object.keys(stubPhrases).sort()).toEqual(Object.keys(stubOps).sort());
});
