/** Milliseconds, or whatever else was counted, one number a round. */
export type Samples = readonly number[];

export interface Summary {
  readonly n: number;
  readonly median: number;
  readonly p99: number;
  readonly lower: number;
  readonly upper: number;
}

export interface Ratio {
  readonly value: number;
  /** 95 of 100 resamplings of the rounds give a ratio between these. */
  readonly low: number;
  readonly high: number;
}

export function summarize(samples: Samples): Summary {
  return {
    n: samples.length,
    median: quantile(samples, 0.5),
    p99: quantile(samples, 0.99),
    lower: quantile(samples, 0.25),
    upper: quantile(samples, 0.75),
  };
}

/**
 * Medians divided, and how far chance could have moved that. Rounds are drawn, not single numbers: what disturbed one
 * contestant of a round disturbed the others too.
 */
export function ratio(mine: Samples, others: Samples, resamplings = 1000): Ratio {
  const n = Math.min(mine.length, others.length);
  const random = generator(n);
  const drawn = Array.from({ length: resamplings }, () => {
    const rounds = Array.from({ length: n }, () => Math.floor(random() * n));
    return quantile(pick(mine, rounds), 0.5) / quantile(pick(others, rounds), 0.5);
  });
  return {
    value: quantile(mine, 0.5) / quantile(others, 0.5),
    low: quantile(drawn, 0.025),
    high: quantile(drawn, 0.975),
  };
}

export function quantile(samples: Samples, at: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const place = (sorted.length - 1) * at;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? below;
  return below + (above - below) * (place - Math.floor(place));
}

/** Mulberry32: the same numbers give the same report. */
export function generator(seed: number): () => number {
  let state = seed + 1;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function pick(samples: Samples, rounds: readonly number[]): number[] {
  return rounds.map((round) => samples[round] ?? Number.NaN);
}
