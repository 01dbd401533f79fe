import type { Context } from '../cli/context.ts';
import type { CheckpointVerb } from '../cli/verbs.ts';
import type { Finish } from '../execute/messages.ts';
import { findContainer } from '../state/container.ts';
import { requireStatus } from '../state/transitions.ts';
import { notYet, requireCriu } from './criu.ts';

/** What keeps a container from being checkpointed, in this order: its state, no CRIU, a kernel that CRIU cannot use. */
export async function checkpoint(context: Context, { id, preDump }: CheckpointVerb): Promise<Finish | null> {
  const { container } = await findContainer(context, id);
  requireStatus('checkpoint', container.status, id);
  await requireCriu(context);
  throw notYet(preDump ? 'checkpoint --pre-dump' : 'checkpoint');
}
