import type { Context } from '../cli/context.ts';
import type { Processes, PsVerb } from '../cli/verbs.ts';
import { RailcarError } from '../errors.ts';
import { exists, isThere } from '../execute/reads.ts';
import type { Plan } from '../plan/plan.ts';
import { findContainer } from '../state/container.ts';
import { requireStatus } from '../state/transitions.ts';
import { done, requireOk } from './carry-out.ts';
import { readProcesses } from './members.ts';

/** Where ps(1) may be, in this order. */
const programs = ['/usr/bin/ps', '/bin/ps'] as const;

/** The processes of the container; as a table they are shown by the host's ps(1). */
export async function ps(context: Context, { id, format, psArgs }: PsVerb): Promise<Processes> {
  const { container, first } = await findContainer(context, id, {
    first: { [programs[0]]: exists(programs[0]), [programs[1]]: exists(programs[1]) },
  });
  requireStatus('ps', container.status, id);
  const pids = await readProcesses(context.hands, container);
  if (format === 'json') return { pids, table: null };
  const program = programs.find((path) => first[path] && isThere(first[path]));
  if (program === undefined)
    throw new RailcarError('host-unsupported', 'ps: executable file not found on this host');
  return { pids, table: onlyThese(await capturePs(context, program, psArgs), pids) };
}

/** The caller's own program with the caller's own environment (COLUMNS, LC_ALL and the like). */
async function capturePs(context: Context, path: string, args: readonly string[]): Promise<string> {
  const plan: Plan = {
    hands: [
      {
        op: 'capture',
        path,
        args: ['ps', ...(args.length > 0 ? args : ['-ef'])],
        env: context.request.env,
        origin: 'ps',
      },
    ],
    stubs: [],
    teardown: [],
  };
  const result = await context.hands.execute(plan, { ...done, report: true });
  if (result === null) throw new RailcarError('plan-refused', 'the launcher did not return what ps printed');
  requireOk(context, plan, result);
  return Buffer.from(result.captured).toString();
}

/** The heading and the lines whose PID is one of these. */
function onlyThese(table: string, pids: readonly number[]): string {
  const lines = table.split('\n').filter((line) => line !== '');
  const heading = lines[0] ?? '';
  const column = words(heading).indexOf('PID');
  if (column < 0) throw new RailcarError('operation-failed', "couldn't find PID field in ps output");
  const shown = lines.slice(1).filter((line) => pids.includes(Number(words(line)[column])));
  return [heading, ...shown].map((line) => `${line}\n`).join('');
}

function words(line: string): string[] {
  return line.trim().split(/\s+/);
}
