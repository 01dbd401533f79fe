import type { Context } from '../cli/context.ts';
import type { CreateVerb } from '../cli/verbs.ts';
import type { Finish } from '../execute/messages.ts';
import { CONSOLE_SLOT } from '../plan/console.ts';
import { carryOut, done } from './carry-out.ts';
import { prepareContainer } from './prepare.ts';
import { requireProcess } from './start.ts';

/**
 * `create` and `start` in one plan. In the foreground the launcher stays as the monitor of the container's process
 * and afterwards runs the plan's teardown.
 */
export async function run(context: Context, verb: CreateVerb): Promise<Finish | null> {
  const { config, plan, positions } = await prepareContainer(context, verb, verb);
  requireProcess(config);
  const finish = verb.detach ? done : monitored(config.process.terminal === true);
  return carryOut(context, plan, finish, { positions });
}

/** The launcher exits as the process does. `terminal`: it holds the master and copies between it and its own. */
export function monitored(terminal: boolean): Finish {
  return { ...done, monitor: { console: terminal ? CONSOLE_SLOT : null } };
}
