import type { Context } from '../cli/context.ts';
import type { CreateVerb } from '../cli/verbs.ts';
import type { Finish } from '../execute/messages.ts';
import { carryOut, done } from './carry-out.ts';
import { prepareContainer } from './prepare.ts';

/** Makes a container whose process waits, one step before the user's program, for `start`. */
export async function create(context: Context, verb: CreateVerb): Promise<Finish | null> {
  const { plan, positions } = await prepareContainer(context, verb, verb);
  return carryOut(context, plan, done, { positions });
}
