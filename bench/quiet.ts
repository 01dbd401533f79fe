import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

/** Of the processors' time in `period`, at most this may go into other things. */
const busyMost = 0.05;
const period = 1000;
const periodsMost = 60;

/**
 * Waits until what a runtime has left to the kernel is done: hundreds of namespaces that have lost their last process keep
 * it busy for seconds. Goes on after a minute, for a machine that is never quiet.
 */
export async function quiet(): Promise<void> {
  for (let count = 0; count < periodsMost; count++) {
    const before = processorTime();
    await wait(period);
    const after = processorTime();
    if (after.busy - before.busy <= busyMost * (after.all - before.all)) return;
  }
}

/** The first line of /proc/stat (proc_stat(5)): user, nice, system, idle, iowait, irq, softirq, steal, and guests' again. */
function processorTime(): { readonly busy: number; readonly all: number } {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
  const times = line.trim().split(/\s+/).slice(1, 9).map(Number);
  const all = times.reduce((sum, time) => sum + time, 0);
  return { busy: all - (times[3] ?? 0) - (times[4] ?? 0), all };
}
