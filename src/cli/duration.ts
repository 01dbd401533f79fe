const units: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** A time as Go writes it, `1m30s` or `0.5h`, in milliseconds; null for what is none. Less than one is one. */
export function parseDuration(text: string): number | null {
  const match = /^([+-]?)((?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+|0)$/.exec(text);
  if (!match) return null;
  const parts = (match[2] ?? '').matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g);
  const sum = [...parts].reduce(
    (total, [, number, unit]) => total + Number(number) * (units[unit ?? ''] ?? 0),
    0,
  );
  const whole = sum > 0 ? Math.max(1, Math.round(sum)) : 0;
  return match[1] === '-' ? -whole : whole;
}
