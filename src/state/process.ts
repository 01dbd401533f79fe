/** What matters of /proc/PID/stat. */
export interface ProcessStat {
  readonly startTime: number;
  /** Zombie or dead: it only waits to be reaped, which may take as long as its parent likes. */
  readonly gone: boolean;
}

/** Undefined for text that is not that of /proc/PID/stat. */
export function parseProcessStat(text: string): ProcessStat | undefined {
  // The second field is the program's name in parentheses, and may hold spaces and parentheses itself.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const startTime = Number(fields[19]);
  if (!text.includes(')') || !Number.isSafeInteger(startTime)) return undefined;
  return { startTime, gone: fields[0] === 'Z' || fields[0] === 'X' || fields[0] === 'x' };
}

/** True if the text of /proc/PID/stat shows this very process, alive. */
export function isAlive(stat: string | undefined, startTime: number): boolean {
  const process = stat === undefined ? undefined : parseProcessStat(stat);
  return process !== undefined && process.startTime === startTime && !process.gone;
}
