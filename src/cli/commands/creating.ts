import { resolve } from 'node:path/posix';
import type { Request } from '../../execute/messages.ts';
import { NOTIFY_VARIABLE } from '../../plan/notify.ts';
import type { Context } from '../context.ts';
import { absolute, environment } from '../paths.ts';
import type { Values } from '../values.ts';
import type { CreateVerb } from '../verbs.ts';

/** The options that `create`, `run` and `plan` share. */
export function createVerb(
  verb: 'create' | 'run',
  id: string,
  { request, systemdCgroup, noCgroups = false }: Context,
  values: Values,
): CreateVerb {
  const ownBundle = values.text('own-bundle');
  const bundle = absolute(request, ownBundle || values.text('bundle') || '.');
  const config = values.text('config');
  return {
    verb,
    id,
    bundle,
    configFile: config === null || config === '' ? null : resolve(bundle, config),
    detach: verb === 'create' || values.flag('detach'),
    keep: values.flag('keep'),
    noPivot: values.flag('no-pivot'),
    noNewKeyring: values.flag('no-new-keyring'),
    ...inherited(request, values),
    ...files(request, values),
    systemdCgroup,
    init: values.flag('no-init') ? false : values.flag('init') ? true : undefined,
    noCgroups,
    ownBundle: ownBundle !== null,
    notifySocket: environment(request, NOTIFY_VARIABLE),
  };
}

/** Where the caller wants the pid written, the terminal and a pidfd sent. */
export function files(request: Request, values: Values) {
  const path = (name: string) => {
    const text = values.text(name);
    return text === null || text === '' ? null : absolute(request, text);
  };
  return {
    pidFile: path('pid-file'),
    consoleSocket: path('console-socket'),
    pidfdSocket: path('pidfd-socket'),
  };
}

/** Descriptors that pass through: first those of socket activation, then those of `--preserve-fds`. */
export function inherited(request: Request, values: Values) {
  const listenFds = activated(request);
  return { listenFds, preserveFds: listenFds + Number(values.integer('preserve-fds') ?? 0n) };
}

/** LISTEN_FDS is meant for this process only if LISTEN_PID names it. */
function activated(request: Request): number {
  if (environment(request, 'LISTEN_PID') !== String(request.numbers.pid)) return 0;
  const count = environment(request, 'LISTEN_FDS') ?? '';
  return /^\d{1,4}$/.test(count) ? Number(count) : 0;
}
