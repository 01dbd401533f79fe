import { readdirSync, readFileSync } from 'node:fs';

/** A process at rest. KiB. */
export interface Sample {
  readonly pid: number;
  readonly memory: number;
  readonly descriptors: number;
}

export function sample(pid: number): Sample {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const memory = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0);
  return { pid, memory, descriptors: readdirSync(`/proc/${pid}/fd`).length };
}

/** What a supervisor has started. */
export function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

/** Growth (KiB) over 10,000 commands of the line that fits the samples best. */
export function growth(points: readonly { readonly commands: number; readonly memory: number }[]): number {
  const mean = (of: (point: (typeof points)[number]) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [x, y] = [mean((point) => point.commands), mean((point) => point.memory)];
  const above = mean((point) => (point.commands - x) * (point.memory - y));
  const below = mean((point) => (point.commands - x) ** 2);
  return below === 0 ? 0 : (above / below) * 10_000;
}
