import { describe, expect, test } from 'vitest';
import { LANDLOCK_ANNOTATION, landlockOps } from '../../src/plan/landlock.ts';

const process = { cwd: '/', args: ['x'], noNewPrivileges: true };
const ops = (rules: unknown) =>
  landlockOps({ [LANDLOCK_ANNOTATION]: typeof rules === 'string' ? rules : JSON.stringify(rules) }, process);

describe('the version of Landlock that is needed', () => {
  test.each([
    [{ read: ['/'] }, 1],
    [{ bindTcp: [] }, 4],
    [{ connectTcp: [80] }, 4],
    [{ scope: ['signal'] }, 6],
    [{ scope: ['signal'], abi: 7 }, 7],
  ])('%j', (rules, abi) => {
    expect(ops(rules).prepare[0]).toMatchObject({ op: 'landlock', abi });
  });
});

test('only what is named is restricted at all', () => {
  expect(ops({ bindTcp: [80] }).prepare[0]).toMatchObject({ files: [], network: ['bind_tcp'], scope: [] });
  expect(landlockOps(undefined, process)).toEqual({ prepare: [], restrict: [] });
});

test('a list may be written, not executed, unless it says all', () => {
  const [, write, all] = ops({ write: ['/a'], all: ['/b'] }).prepare;
  expect(write).toMatchObject({ path: '/a' });
  expect(JSON.stringify(write)).not.toContain('"execute"');
  expect(JSON.stringify(all)).toContain('"execute"');
});

describe('is refused', () => {
  test.each([
    ['no JSON', '{', /is no JSON/],
    ['another key', { reed: ['/'] }, /has no member "reed"/],
    ['a relative path', { read: ['bin'] }, /"bin" is not an absolute path/],
    ['no port', { bindTcp: [65536] }, /bindTcp\[0\]: must be at most 65535, not 65536/],
    ['no scope', { scope: ['x'] }, /scope\[0\]: must be one of/],
  ])('%s', (_, rules, message) => {
    expect(() => ops(rules)).toThrow(message);
  });

  test('without noNewPrivileges', () => {
    expect(() => landlockOps({ [LANDLOCK_ANNOTATION]: '{}' }, { cwd: '/', args: [] })).toThrow(
      /noNewPrivileges/,
    );
  });
});
