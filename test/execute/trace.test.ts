import { describe, expect, test } from 'vitest';
import { Recording, untraced } from '../../src/execute/trace.ts';
import { readTrace } from './trace.ts';

/** Ticks once each time that it is asked. */
function ticking() {
  let time = 0;
  return () => ++time;
}

describe('a recording', () => {
  test('keeps what was done, in the order in which it ended', () => {
    const recording = new Recording(ticking(), [{ name: 'start', subject: 'V8', start: 0, end: 0 }]);
    const result = recording.span('outer', () => recording.span('inner', () => 7, 'x'));
    expect(result).toBe(7);
    expect(readTrace(recording.take())).toEqual({
      now: 5,
      spans: [
        ['start', 'V8', 0, 0],
        ['inner', 'x', 2, 3],
        ['outer', '', 1, 4],
      ],
    });
  });

  test('waits for a promise', async () => {
    const recording = new Recording(ticking());
    let settle = () => {};
    const waiting = recording.span('wait', () => new Promise<void>((resolve) => (settle = resolve)));
    recording.span('meanwhile', () => {});
    settle();
    await waiting;
    expect(readTrace(recording.take()).spans).toEqual([
      ['meanwhile', '', 2, 3],
      ['wait', '', 1, 4],
    ]);
  });

  test('keeps what failed, and passes the failure on', async () => {
    const recording = new Recording(ticking());
    const fail = () => {
      throw new Error('no');
    };
    expect(() => recording.span('throw', fail)).toThrow('no');
    await expect(recording.span('reject', async () => fail())).rejects.toThrow('no');
    expect(readTrace(recording.take()).spans.map(([name]) => name)).toEqual(['throw', 'reject']);
  });

  test('is told once', () => {
    const recording = new Recording(ticking());
    recording.span('first', () => {});
    recording.take();
    recording.span('second', () => {});
    expect(readTrace(recording.take()).spans.map(([name]) => name)).toEqual(['second']);
  });

  test('has an end', () => {
    const recording = new Recording(ticking());
    for (let count = 0; count < 2000; count++) recording.span('again', () => {});
    expect(readTrace(recording.take()).spans).toHaveLength(1000);
  });
});

test('without one nothing but the act happens', () => {
  expect(untraced.span('name', () => 7)).toBe(7);
});
