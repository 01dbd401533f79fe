import { RailcarError } from '../../errors.ts';
import type { Finish } from '../../execute/messages.ts';
import { checkpoint as checkpointContainer } from '../../lifecycle/checkpoint.ts';
import type { Context } from '../context.ts';
import { checkId } from '../id.ts';
import type { Values } from '../values.ts';
import { criuOptions } from './criu.ts';

export async function checkpoint(
  context: Context,
  values: Values,
  [id = '']: readonly string[],
): Promise<Finish | null> {
  const statusFd = values.integer('status-fd');
  return checkpointContainer(context, {
    id: checkId(id),
    ...criuOptions(context.request, values),
    parentPath: parentPath(values.text('parent-path') || null),
    leaveRunning: values.flag('leave-running'),
    preDump: values.flag('pre-dump'),
    tcpSkipInFlight: values.flag('tcp-skip-in-flight'),
    linkRemap: values.flag('link-remap'),
    pageServer: pageServer(values.text('page-server') || null),
    statusFd: statusFd === null || statusFd < 0n ? null : Number(statusFd),
  });
}

function parentPath(path: string | null): string | null {
  if (path?.startsWith('/')) throw new RailcarError('usage', '--parent-path must be relative');
  return path;
}

/** `127.0.0.1:1234`, `[::1]:1234`. */
function pageServer(text: string | null) {
  if (text === null) return null;
  const [, bracketed, plain, port] = /^(?:\[(.+)\]|([^:]+)):(.+)$/.exec(text) ?? [];
  const address = bracketed ?? plain;
  if (address === undefined || port === undefined) {
    throw new RailcarError('usage', 'Use --page-server ADDRESS:PORT to specify page server');
  }
  if (!/^\d{1,5}$/.test(port)) throw new RailcarError('usage', 'Invalid port number');
  return { address, port: Number(port) };
}
