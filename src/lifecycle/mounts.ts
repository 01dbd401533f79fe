import type { Context } from '../cli/context.ts';
import type { MountsVerb } from '../cli/verbs.ts';
import { loadMounts } from '../config/load.ts';
import type { Positions } from '../config/positions.ts';
import { RailcarError } from '../errors.ts';
import { errnoText } from '../execute/errno.ts';
import type { Finish } from '../execute/messages.ts';
import { file, link, stream, textOf } from '../execute/reads.ts';
import type { NamespaceType } from '../plan/facts.ts';
import { buildMountsAdd, buildMountsRemove, type LiveFacts } from '../plan/liveMounts.ts';
import { findContainer } from '../state/container.ts';
import { requireStatus } from '../state/transitions.ts';
import { callerOf } from './caller.ts';
import { carryOut, done } from './carry-out.ts';
import { located } from './located.ts';
import { securityModules } from './security-modules.ts';

/** Gives mounts to a container that runs, or takes them away. Its record stays as it is. */
export async function mounts(context: Context, verb: MountsVerb): Promise<Finish | null> {
  const { container, first, ofProcess } = await findContainer(context, verb.id, {
    first: {
      file: stream(verb.file),
      launcher: file('/proc/self/stat'),
      mount: link('/proc/self/ns/mnt'),
      user: link('/proc/self/ns/user'),
    },
    ofProcess: (directory) => ({ mount: link(`${directory}/ns/mnt`), user: link(`${directory}/ns/user`) }),
  });
  requireStatus('mounts', container.status, verb.id);
  const bytes = first.file.items[0];
  if (bytes === undefined) {
    const reason = errnoText(first.file.errno);
    throw new RailcarError('config-unreadable', `cannot read "${verb.file}": ${reason}`);
  }
  const loaded = loadMounts(bytes, verb.file);
  for (const warning of loaded.warnings) context.warn(warning);
  const positions = inMountsFile(loaded.positions);
  const { record, pid, stateDir } = container;
  if (textOf(ofProcess.mount) === textOf(first.mount)) {
    throw new RailcarError('config-unsupported', 'mounts: the container has no mount namespace of its own');
  }
  const foreign = (type: 'mount' | 'user', path: string): LiveFacts['namespaces'] =>
    textOf(ofProcess[type]) === textOf(first[type])
      ? []
      : [{ type: type satisfies NamespaceType, path: `/proc/${pid}/ns/${path}` }];
  const live: LiveFacts = {
    linux: record.config.linux,
    facts: {
      id: verb.id,
      bundle: record.bundle,
      stateDir,
      caller: callerOf(context.request, textOf(first.launcher)),
      cgroups: { mode: 'v1', hierarchies: [], files: {} },
      unit: null,
      resctrl: null,
      modules: await securityModules(record.config.process, context.hands, record.config.linux?.mountLabel),
      seccomp: null,
    },
    init: { pid, startTime: record.init_process_start },
    namespaces: [...foreign('user', 'user'), ...foreign('mount', 'mnt')],
  };
  const plan = located(positions, () =>
    verb.action === 'add'
      ? buildMountsAdd(record.config, loaded.mounts, live)
      : buildMountsRemove(loaded.mounts, live),
  );
  return carryOut(context, plan, done, { positions });
}

/** The file has what `mounts` is in config.json. */
function inMountsFile(positions: Positions): Positions {
  return {
    file: positions.file,
    of: (path) => (/^mounts\[/.test(path) ? positions.of(path.slice('mounts'.length)) : null),
  };
}
