/** What a trace of railcar (`--trace`) says about one command. */
interface Step {
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly cat: string;
  readonly name: string;
  readonly ts: number;
  readonly dur: number;
  readonly args: { readonly subject?: string };
}

/**
 * Microseconds by step: of each the part that lies in no smaller step, those of one name together, so that the launcher's
 * make up `total`. Node and stub work while the launcher waits.
 */
export function timesOf(text: string): Map<string, number> {
  const { traceEvents } = JSON.parse(text) as { traceEvents: readonly Step[] };
  const steps = traceEvents.filter(({ ph }) => ph === 'X');
  const times = new Map<string, number>([['total', steps[0]?.dur ?? 0]]);
  const add = (name: string, time: number) => times.set(name, (times.get(name) ?? 0) + time);
  const open = new Map<string, Step[]>();
  // They come in the order in which they begin, a longer one before those within it.
  for (const step of steps) {
    const row = `${step.pid}.${step.tid}`;
    const around = (open.get(row) ?? []).filter(({ ts, dur }) => ts + dur > step.ts);
    const outer = around.at(-1);
    if (outer !== undefined) add(nameOf(outer), -step.dur);
    add(nameOf(step), step.dur);
    open.set(row, [...around, step]);
  }
  return times;
}

/** Operations by their name; what railcar itself does, by its subject too, but for the many things that it reads. */
function nameOf({ cat, name, args }: Step): string {
  const alone = args.subject === undefined || !['launcher', 'node'].includes(cat) || name === 'read';
  return `${cat}: ${name === 'railcar' ? 'between steps' : alone ? name : `${name} ${args.subject}`}`;
}
