import type { Outcome } from './phase.ts';
import { growth } from './watch.ts';

/** Until V8 has optimised what is worth it, and every cache is full. */
const WARM_UP = 2500;
/** What a heap goes up and down by (KiB) over 10,000 commands; a leak of a kilobyte a command would be more. */
const NOISE = 8192;

/** Whether one process has served all of it without growing. Says what is wrong; for a short soak little can be. */
export function judge({ points }: Outcome): string[] {
  const failures: string[] = [];
  const pids = new Set(points.map(({ worker }) => worker?.pid));
  if (pids.size > 1) failures.push(`Node was replaced: ${[...pids].join(', ')}`);
  const warm = points.filter(({ commands }) => commands >= WARM_UP);
  const curve = warm.map(({ commands, worker }) => ({ commands, memory: worker?.memory ?? 0 }));
  const grown = growth(curve);
  if (warm.length > 2 && grown > NOISE)
    failures.push(`memory grows by ${Math.round(grown)} KiB in 10,000 commands`);
  const counts = new Set(points.map(({ worker }) => worker?.descriptors));
  if (counts.size > 1) failures.push(`Node's descriptors: ${[...counts].join(', ')}`);
  const others = new Set(points.map(({ supervisor }) => supervisor.descriptors));
  if (others.size > 1) failures.push(`the supervisor's descriptors: ${[...others].join(', ')}`);
  return failures;
}
