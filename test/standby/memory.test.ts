import { describe, expect, test } from 'vitest';
import { newMemory } from '../../src/standby/memory.ts';

describe('what standby remembers', () => {
  test('is found by content, and by kind', () => {
    const remember = newMemory();
    const first = remember('config', 'text', () => ({ made: 1 }));
    expect(remember('config', 'text', () => ({ made: 2 }))).toBe(first);
    expect(remember('config', 'texT', () => ({ made: 3 }))).toEqual({ made: 3 });
    expect(remember('filter', 'text', () => ({ made: 4 }))).toEqual({ made: 4 });
  });

  test('cannot be changed by those who get it', () => {
    const made = newMemory()('config', 'text', () => ({ list: [{ deep: 1 }], bytes: new Uint8Array(2) }));
    expect(() => Object.assign(made.list[0] ?? {}, { deep: 2 })).toThrow(TypeError);
    expect(() => made.list.push({ deep: 3 })).toThrow(TypeError);
    expect(made.bytes).toHaveLength(2);
  });

  test('is bounded in number: what was used least recently goes', () => {
    const remember = newMemory(2);
    let count = 0;
    const ask = (content: string): number => remember('config', content, () => ++count);
    expect([ask('a'), ask('b'), ask('a'), ask('c')]).toEqual([1, 2, 1, 3]);
    expect([ask('a'), ask('c'), ask('b')]).toEqual([1, 3, 4]);
  });

  test('is bounded in size', () => {
    const remember = newMemory(100, 10);
    let count = 0;
    const ask = (content: string): number => remember('config', content, () => ++count);
    expect([ask('12345'), ask('123456'), ask('123456'), ask('12345')]).toEqual([1, 2, 2, 3]);
    expect([ask('longer than all'), ask('longer than all')]).toEqual([4, 5]);
  });

  test('is no failure', () => {
    const remember = newMemory();
    const fail = () => {
      throw new Error('refused');
    };
    expect(() => remember('config', 'x', fail)).toThrow('refused');
    expect(remember('config', 'x', () => 1)).toBe(1);
  });
});
