import type { Context } from '../cli/context.ts';
import type { IdVerb } from '../cli/verbs.ts';
import type { Finish } from '../execute/messages.ts';
import { findContainer } from '../state/container.ts';
import { lockOps } from '../state/lock.ts';
import { requireStatus } from '../state/transitions.ts';
import { carryOut, done, goneMeanwhile } from './carry-out.ts';
import { thawOps } from './freezer.ts';

/** Lets the processes of a paused container go on. */
export async function resume(context: Context, { id }: IdVerb): Promise<Finish | null> {
  const { container } = await findContainer(context, id);
  requireStatus('resume', container.status, id);
  const hands = [...lockOps(container.stateDir), ...thawOps(container.record.cgroup_paths)];
  return carryOut(context, { hands, stubs: [], teardown: [] }, done, { explain: goneMeanwhile });
}
