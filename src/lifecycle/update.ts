import type { Setting } from '../cgroups/setting.ts';
import {
  type Current,
  currentFiles,
  isUnified,
  mergeResources,
  settingPath,
  updateFilter,
  updateSettings,
} from '../cgroups/update.ts';
import type { Context } from '../cli/context.ts';
import type { UpdateVerb } from '../cli/verbs.ts';
import type { Config, Resources } from '../config/config.ts';
import { loadResources } from '../config/load.ts';
import type { Positions } from '../config/positions.ts';
import { RailcarError } from '../errors.ts';
import { errnoText } from '../execute/errno.ts';
import type { Answer, Finish, Read } from '../execute/messages.ts';
import { file, readNamed, stream, textOf } from '../execute/reads.ts';
import { isRootless } from '../plan/capabilities.ts';
import { PlanError } from '../plan/error.ts';
import type { HandsOp } from '../plan/ops.ts';
import { type Container, findContainer, recordPath } from '../state/container.ts';
import { LOCK_DEADLINE } from '../state/lock.ts';
import { type ContainerRecord, recordText } from '../state/record.ts';
import { requireStatus } from '../state/transitions.ts';
import { updateOps as unitOps } from '../systemd/ops.ts';
import { callerOf } from './caller.ts';
import { carryOut, done } from './carry-out.ts';
import { located } from './located.ts';
import { resctrlChange } from './update-resctrl.ts';

interface Change {
  readonly resources: Resources;
  readonly positions: Positions | null;
}

/**
 * Changes the limits of a container that exists. If one of them is refused, those before it are taken back. What was set
 * before is read under the container's lock, since the new record is made of it.
 */
export async function update(context: Context, verb: UpdateVerb): Promise<Finish | null> {
  const change = await changeOf(context, verb);
  const { positions } = change;
  const container = await lockedContainer(context, verb.id);
  const { record } = container;
  const current = await readNamed(context.hands, currentReads(record, change));
  const resctrl = await resctrlChange(context, record, verb);
  const rootless = isRootless(callerOf(context.request, undefined));
  const hands = locatedChange(positions, () => [
    ...resctrl.ops,
    ...updateOps(record, change, current, rootless),
    recordOp(container, change, resctrl.groups),
  ]);
  return carryOut(context, { hands, stubs: [], teardown: [] }, done, { positions });
}

/** A state that does not allow it is told at once, and not when whoever works on the container is done. */
async function lockedContainer(context: Context, id: string): Promise<Container> {
  for (const lockWithin of [0, LOCK_DEADLINE]) {
    const { container, isLocked } = await findContainer(context, id, { lockWithin });
    requireStatus('update', container.status, id);
    if (isLocked) return container;
  }
  throw new RailcarError('container-locked', 'another command works on this container');
}

/** Before the lock is taken: whoever writes the file may take his time. */
async function changeOf({ hands }: Context, { resourcesFile, resources }: UpdateVerb): Promise<Change> {
  if (resourcesFile === null) return { resources, positions: null };
  const answers = await readNamed(hands, { resources: resourcesRead(resourcesFile) });
  return loadChange(answers.resources, resourcesFile);
}

function resourcesRead(path: string): Read {
  return path === '-' ? { kind: 'STDIN', path: '' } : stream(path);
}

function loadChange(answer: Answer, path: string): Change {
  const bytes = answer.items[0];
  if (answer.errno !== 0 || bytes === undefined) {
    throw new RailcarError('config-unreadable', `cannot read "${path}": ${errnoText(answer.errno)}`);
  }
  return loadResources(bytes, path === '-' ? 'standard input' : path);
}

/** What is `linux.resources.memory.limit` in config.json is `memory.limit` in a file of resources. */
function locatedChange<T>(positions: Positions | null, plan: () => T): T {
  return located(positions, () => {
    try {
      return plan();
    } catch (error) {
      if (positions === null || !(error instanceof PlanError)) throw error;
      throw new PlanError(error.code, error.origin.replace(/^linux\.resources\./, ''), error.message);
    }
  });
}

/** What the files that will be written, and those that decide about it, hold now. */
function currentReads(record: ContainerRecord, change: Change): Readonly<Record<string, Read>> {
  const settings = locatedChange(change.positions, () => settingsOf(record, change, {}));
  const paths = [...settings, ...Object.values(currentFiles(record.cgroup_paths)).map((path) => ({ path }))];
  return Object.fromEntries(paths.flatMap(({ path }) => (path === null ? [] : [[path, file(path)]])));
}

function settingsOf(record: ContainerRecord, { resources }: Change, current: Current) {
  return updateSettings(mergedOf(record, resources), resources, record.cgroup_paths, current);
}

function updateOps(
  record: ContainerRecord,
  change: Change,
  answers: Readonly<Record<string, Answer>>,
  rootless: boolean,
): HandsOp[] {
  const current = (path: string | null) => (path && answers[path] ? textOf(answers[path]) : undefined);
  const { memory, usage, controllers } = currentFiles(record.cgroup_paths);
  const known = { memory: current(memory), usage: current(usage), controllers: current(controllers) };
  const old = record.config.linux?.resources ?? {};
  const merged = mergedOf(record, change.resources);
  return [
    ...(record.unit ? unitOps(record.unit, old, merged, isUnified(record.cgroup_paths) ? 2 : 1) : []),
    ...updateFilter(old, merged, record.cgroup_paths, rootless),
    ...settingsOf(record, change, known).map((each) => writeOp(each, each.path, record, current)),
  ];
}

function recordOp(
  { record, stateDir }: Container,
  { resources }: Change,
  resctrl: ContainerRecord['resctrl'],
): HandsOp {
  const config = withResources(record.config, mergedOf(record, resources));
  return {
    op: 'writeFile',
    path: recordPath(stateDir),
    mode: 0o600,
    text: recordText({ ...record, config, ...(resctrl && { resctrl }) }),
    origin: 'state',
  };
}

function writeOp(
  { origin, text, orElse }: Setting,
  path: string,
  record: ContainerRecord,
  current: (path: string) => string | undefined,
): HandsOp {
  const before = current(path);
  const restore = before !== undefined && isOneValue(before) && before !== text;
  return {
    op: 'write',
    path,
    text,
    origin,
    ...(restore && { undo: [{ op: 'write', path, text: before, origin }] }),
    ...(orElse && {
      orElse: {
        on: orElse.on,
        do: orElse.settings.map((other) =>
          writeOp(other, settingPath(other, record.cgroup_paths), record, current),
        ),
      },
    }),
  };
}

/** Files with a line for each device cannot be put back by writing what was read. */
function isOneValue(text: string): boolean {
  return text !== '' && !text.includes('\n') && !text.includes(':');
}

function mergedOf({ config, cgroup_paths }: ContainerRecord, change: Resources): Resources {
  return mergeResources(config.linux?.resources ?? {}, change, cgroup_paths);
}

function withResources(config: Config, resources: Resources): Config {
  return { ...config, linux: { ...config.linux, resources } };
}
