import type { Context } from '../cli/context.ts';
import type { ExecVerb } from '../cli/verbs.ts';
import type { Process } from '../config/config.ts';
import { loadProcess } from '../config/load.ts';
import type { Positions } from '../config/positions.ts';
import { RailcarError } from '../errors.ts';
import { errnoText } from '../execute/errno.ts';
import type { Answer, Finish } from '../execute/messages.ts';
import { file, link, stream, stub, textOf } from '../execute/reads.ts';
import { hookState } from '../hooks/state.ts';
import { cgroupOwner } from '../plan/cgroupOwner.ts';
import { buildExec } from '../plan/exec.ts';
import type { ExecFacts, NamespaceType } from '../plan/facts.ts';
import { compileSeccomp } from '../seccomp/compile.ts';
import { type Container, findContainer } from '../state/container.ts';
import type { ContainerRecord } from '../state/record.ts';
import { requireStatus } from '../state/transitions.ts';
import { callerOf } from './caller.ts';
import { carryOut, done } from './carry-out.ts';
import { execCgroups } from './exec-cgroup.ts';
import { composeProcess } from './exec-process.ts';
import { located } from './located.ts';
import { inBundle, inherited, inProcessFile } from './positions.ts';
import { monitored } from './run.ts';
import { securityModules } from './security-modules.ts';
import { withPid } from './with-pid.ts';

const namespaceFiles = {
  user: 'user',
  ipc: 'ipc',
  uts: 'uts',
  network: 'net',
  pid: 'pid',
  mount: 'mnt',
  cgroup: 'cgroup',
  time: 'time',
} as const satisfies Record<NamespaceType, string>;
const namespaceTypes = Object.keys(namespaceFiles) as NamespaceType[];

/** Starts another process in a container. */
export async function exec(context: Context, verb: ExecVerb): Promise<Finish | null> {
  const { container, first, ofProcess } = await findContainer(context, verb.id, {
    first: {
      ...namespaceLinks('own', '/proc/self'),
      launcher: file('/proc/self/stat'),
      stub: stub(verb.preserveFds),
      process: verb.processFile === null ? null : stream(verb.processFile),
    },
    ofProcess: (directory) => namespaceLinks('its', directory),
  });
  requireStatus(verb.ignorePaused ? 'exec --ignore-paused' : 'exec', container.status, verb.id);
  const { process, positions } = processOf(context, verb, container, first.process);
  const { record, pid, stateDir } = container;
  const modules = await securityModules(process, context.hands);
  const cgroupPaths = await execCgroups(context.hands, record.cgroup_paths, pid, verb.cgroup);
  const plan = located(positions, () => {
    const facts: ExecFacts = {
      id: verb.id,
      stateDir,
      caller: callerOf(context.request, textOf(first.launcher)),
      init: { pid, startTime: record.init_process_start },
      namespaces: foreignNamespaces(pid, first, ofProcess),
      noNewKeyring: record.noNewKeyring === true,
      cgroupPaths,
      unit: unitOf(record, cgroupPaths),
      cgroupGivenAway: isGivenAway(record),
      state: { ociVersion: record.config.ociVersion, text: runningState(container) },
      resctrlGroups: record.resctrl?.joined ?? [],
      modules,
      annotations: record.config.annotations,
      linux: record.config.linux ?? {},
      seccomp: context.trace.span(
        'compile',
        () => compileSeccomp(record.config.linux?.seccomp, context.warn, context.remember),
        'seccomp',
      ),
    };
    return context.trace.span('build', () => buildExec(process, facts, verb), 'plan');
  });
  const finish = verb.detach ? done : monitored(process.terminal === true);
  const locate = inherited(inBundle(context.hands, record), record.config.process, process);
  return carryOut(context, plan, finish, positions === null ? { locate } : { positions });
}

function unitOf({ unit, cgroup_paths }: ContainerRecord, joined: ContainerRecord['cgroup_paths']) {
  if (unit === undefined) return null;
  const [scope = '', path = ''] = [cgroup_paths[''], joined['']];
  return { ...unit, subgroup: path.startsWith(`${scope}/`) ? path.slice(scope.length) : '/' };
}

function isGivenAway({ config, cgroup_paths, owner }: ContainerRecord): boolean {
  const v2 = Object.keys(cgroup_paths).join() === '' && cgroup_paths[''] !== undefined;
  const uid = cgroupOwner(config, v2);
  return uid !== undefined && uid !== owner;
}

function runningState({ record, pid }: Container): string {
  return withPid(hookState(record.config, record.id, record.bundle, 'running'), pid);
}

function namespaceLinks<W extends 'own' | 'its'>(whose: W, directory: string) {
  const links = namespaceTypes.map((type) => [
    `${whose}:${type}`,
    link(`${directory}/ns/${namespaceFiles[type]}`),
  ]);
  return Object.fromEntries(links) as Record<`${W}:${NamespaceType}`, ReturnType<typeof link>>;
}

/** Joining a namespace that the caller is in already would be pointless, and for a user namespace an error. */
function foreignNamespaces(
  pid: number,
  own: Readonly<Record<`own:${NamespaceType}`, Answer>>,
  theirs: Readonly<Record<`its:${NamespaceType}`, Answer>>,
): ExecFacts['namespaces'] {
  return namespaceTypes
    .filter((type) => {
      const target = textOf(theirs[`its:${type}`]);
      return target !== undefined && target !== textOf(own[`own:${type}`]);
    })
    .map((type) => ({ type, path: `/proc/${pid}/ns/${namespaceFiles[type]}` }));
}

/** Of `--process`, or the container's own with the changes that the options ask for. */
function processOf(
  context: Context,
  verb: ExecVerb,
  { record }: Container,
  answer: Answer,
): { readonly process: Process; readonly positions: Positions | null } {
  if (verb.processFile === null) {
    return { process: composeProcess(record.config.process, verb), positions: null };
  }
  const bytes = answer.items[0];
  if (answer.errno !== 0 || bytes === undefined) {
    throw new RailcarError(
      'config-unreadable',
      `cannot read "${verb.processFile}": ${errnoText(answer.errno)}`,
    );
  }
  const { process, positions, warnings } = loadProcess(bytes, verb.processFile);
  for (const warning of warnings) context.warn(warning);
  return { process, positions: inProcessFile(positions) };
}
