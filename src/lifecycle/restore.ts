import type { Context } from '../cli/context.ts';
import type { IdVerb } from '../cli/verbs.ts';
import type { Finish } from '../execute/messages.ts';
import { exists, isThere, readNamed } from '../execute/reads.ts';
import { existingContainer } from '../state/transitions.ts';
import { notYet, requireCriu } from './criu.ts';

/** As `checkpoint`: a container of this id, no CRIU, a kernel that CRIU cannot use. */
export async function restore(context: Context, { id }: IdVerb): Promise<Finish | null> {
  const { stateDir } = await readNamed(context.hands, { stateDir: exists(`${context.root}/${id}`) });
  if (isThere(stateDir)) throw existingContainer();
  await requireCriu(context);
  throw notYet('restore');
}
