import type { Context } from '../cli/context.ts';
import { RailcarError } from '../errors.ts';
import { exists, isThere, readNamed } from '../execute/reads.ts';
import { done } from './carry-out.ts';

/** Where a caller without PATH is taken to look. */
const USUAL_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** CRIU is a program of the host, found as a shell finds it; its own check tells whether this kernel is enough for it. */
export async function requireCriu(context: Context): Promise<string> {
  const program = await findCriu(context);
  if (program === null) {
    throw new RailcarError('host-unsupported', 'exec: "criu": executable file not found in $PATH', {
      hint: 'checkpoint and restore are done by CRIU (https://criu.org), which has to be installed',
    });
  }
  const { env } = context.request;
  const check = { op: 'capture', path: program, args: ['criu', 'check'], env, origin: 'criu' } as const;
  const plan = { hands: [check], stubs: [], teardown: [] };
  const result = await context.hands.execute(plan, { ...done, report: true });
  if (result?.ok) return program;
  const detail = result?.failures[0]?.detail.trim() ?? '';
  throw new RailcarError('host-unsupported', `criu check failed${detail === '' ? '' : `: ${detail}`}`, {
    hint: `"${program} check" shows what this kernel lacks for CRIU`,
  });
}

async function findCriu({ hands, request }: Context): Promise<string | null> {
  const variable = request.env.find((entry) => entry.startsWith('PATH='))?.slice('PATH='.length);
  const paths = (variable || USUAL_PATH)
    .split(':')
    .filter((directory) => directory.startsWith('/'))
    .map((directory) => `${directory}/criu`);
  const found = await readNamed(hands, Object.fromEntries(paths.map((path) => [path, exists(path)])));
  return paths.find((path) => found[path] !== undefined && isThere(found[path])) ?? null;
}

export function notYet(command: string): RailcarError {
  return new RailcarError('config-unsupported', `${command}: this version of railcar cannot do it`, {
    hint: 'CRIU itself works on this host',
  });
}
