import type { Context } from '../cli/context.ts';
import type { ContainerState, IdVerb } from '../cli/verbs.ts';
import { type Container, findContainer } from '../state/container.ts';

export async function state(context: Context, { id }: IdVerb): Promise<ContainerState> {
  const { container } = await findContainer(context, id);
  return stateOf(container, '');
}

export function stateOf({ record, status, pid }: Container, owner: string): ContainerState {
  return {
    ociVersion: record.config.ociVersion,
    id: record.id,
    pid,
    status,
    bundle: record.bundle,
    rootfs: record.rootfs,
    created: record.created,
    annotations: record.config.annotations ?? {},
    owner,
  };
}
