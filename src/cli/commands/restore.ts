import type { Finish } from '../../execute/messages.ts';
import { restore as restoreContainer } from '../../lifecycle/restore.ts';
import type { Context } from '../context.ts';
import { checkId } from '../id.ts';
import { absolute } from '../paths.ts';
import type { Values } from '../values.ts';
import { files } from './creating.ts';
import { criuOptions } from './criu.ts';

export async function restore(
  context: Context,
  values: Values,
  [id = '']: readonly string[],
): Promise<Finish | null> {
  const { request, systemdCgroup, noCgroups = false } = context;
  const { pidFile, consoleSocket } = files(request, values);
  return restoreContainer(context, {
    id: checkId(id),
    bundle: absolute(request, values.text('bundle') || '.'),
    ...criuOptions(request, values),
    detach: values.flag('detach'),
    pidFile,
    consoleSocket,
    tcpClose: values.flag('tcp-close'),
    lsmProfile: values.text('lsm-profile') || null,
    lsmMountContext: values.text('lsm-mount-context') || null,
    systemdCgroup,
    noCgroups,
  });
}
