import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quantile, ratio, summarize } from '../../bench/statistics.ts';

test('quantiles lie between their neighbours', () => {
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
  expect(quantile([5], 0.99)).toBe(5);
  expect(quantile([1, 2, 3], 0)).toBe(1);
  expect(quantile([1, 2, 3], 1)).toBe(3);
  expect(quantile([], 0.5)).toBeNaN();
});

test('a summary is in order', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 }), (samples) => {
      const { lower, median, upper, p99 } = summarize(samples);
      expect(lower).toBeLessThanOrEqual(median);
      expect(median).toBeLessThanOrEqual(upper);
      expect(upper).toBeLessThanOrEqual(p99);
    }),
  );
});

test('a ratio of samples that do not vary has no spread', () => {
  expect(ratio([2, 2, 2], [4, 4, 4])).toEqual({ value: 0.5, low: 0.5, high: 0.5 });
});

test('a ratio lies within its spread, and is the same each time', () => {
  const mine = Array.from({ length: 50 }, (_, index) => 10 + (index % 7));
  const others = Array.from({ length: 50 }, (_, index) => 20 + (index % 5));
  const { value, low, high } = ratio(mine, others);
  expect(low).toBeLessThanOrEqual(value);
  expect(high).toBeGreaterThanOrEqual(value);
  expect(ratio(mine, others)).toEqual({ value, low, high });
});

test('what disturbs a whole round does not widen the spread', () => {
  const disturbance = Array.from({ length: 40 }, (_, index) => 1 + (index % 10));
  const { low, high } = ratio(
    disturbance,
    disturbance.map((each) => each * 2),
  );
  expect([low, high]).toEqual([0.5, 0.5]);
});
