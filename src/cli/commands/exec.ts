import { RailcarError } from '../../errors.ts';
import type { Finish } from '../../execute/messages.ts';
import { exec as execInContainer } from '../../lifecycle/exec.ts';
import type { Context } from '../context.ts';
import { checkId } from '../id.ts';
import { absolute } from '../paths.ts';
import type { Values } from '../values.ts';
import type { ExecVerb } from '../verbs.ts';
import { files, inherited } from './creating.ts';

export async function exec(
  context: Context,
  values: Values,
  words: readonly string[],
): Promise<Finish | null> {
  const [id = '', ...rest] = words;
  const args = rest[0] === '--' ? rest.slice(1) : rest;
  const processFile = values.text('process');
  if (processFile === null && args.length === 0) {
    throw new RailcarError('usage', 'process args cannot be empty');
  }
  const verb: ExecVerb = {
    id: checkId(id),
    args,
    processFile: processFile && absolute(context.request, processFile),
    tty: values.flag('tty'),
    env: values.texts('env'),
    cwd: values.text('cwd'),
    user: parseUser(values.text('user')),
    additionalGids: values.texts('additional-gids').map((text) => parseId(text, '--additional-gids')),
    caps: values.texts('cap').map((name) => (/^cap_/i.test(name) ? name : `CAP_${name}`).toUpperCase()),
    noNewPrivileges: values.flag('no-new-privs'),
    apparmor: values.text('apparmor'),
    processLabel: values.text('process-label'),
    cgroup: values.texts('cgroup'),
    ignorePaused: values.flag('ignore-paused'),
    detach: values.flag('detach'),
    ...inherited(context.request, values),
    ...files(context.request, values),
  };
  return execInContainer(context, verb);
}

/** `uid` or `uid:gid`. Names would have to be looked up in the container's files, which the caller does better. */
function parseUser(text: string | null): ExecVerb['user'] {
  if (text === null) return null;
  const [uid = '', gid, ...more] = text.split(':');
  if (more.length > 0) parseId(text, '--user');
  return { uid: parseId(uid, '--user'), gid: gid === undefined ? null : parseId(gid, '--user') };
}

function parseId(text: string, option: string): number {
  if (/^\d{1,10}$/.test(text) && Number(text) < 2 ** 32 - 1) return Number(text);
  throw new RailcarError('usage', `${option}: ${JSON.stringify(text)} is not a numeric id`);
}
