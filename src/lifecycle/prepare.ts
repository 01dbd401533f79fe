import { posix } from 'node:path';
import { accessNotice } from '../cgroups/access.ts';
import { parseCgroupHost } from '../cgroups/host.ts';
import { cgroupReads, withFiles } from '../cgroups/reads.ts';
import type { Context } from '../cli/context.ts';
import type { CreateVerb } from '../cli/verbs.ts';
import type { Config } from '../config/config.ts';
import { loadConfig } from '../config/load.ts';
import type { Positions } from '../config/positions.ts';
import { RailcarError } from '../errors.ts';
import { errnoText } from '../execute/errno.ts';
import type { Hands } from '../execute/hands.ts';
import type { Answer, Read } from '../execute/messages.ts';
import { exists, file, isThere, missing, readGroups, stub, textOf } from '../execute/reads.ts';
import { grantableCapabilities, isRootless, warnOfUngranted } from '../plan/capabilities.ts';
import { cgroupOwnerFiles } from '../plan/cgroupOwner.ts';
import { buildCreate } from '../plan/create.ts';
import type { CreateOptions, Facts } from '../plan/facts.ts';
import { namespaceKind } from '../plan/namespaces.ts';
import type { Plan } from '../plan/plan.ts';
import { refuseMounted } from '../plan/unmount.ts';
import { compileSeccomp } from '../seccomp/compile.ts';
import { existingContainer } from '../state/transitions.ts';
import { inUnit, SYSTEMD_MARK, unitOf } from '../systemd/unit.ts';
import { callerOf } from './caller.ts';
import { located } from './located.ts';
import { resctrlOf } from './resctrl.ts';
import { securityModules } from './security-modules.ts';
import { refuseHostSettings } from './sysctls.ts';

export interface Prepared {
  readonly config: Config;
  readonly positions: Positions;
  readonly plan: Plan;
}

/** Bytes. Enough for annotations that hold whole files; a plan has it twice, and something else, in one frame. */
const CONFIG_MAX = 30 * 1024 * 1024;

/** From a bundle to the plan of its container. Nothing on the host changes; bad input ends here. */
export async function prepareContainer(
  context: Context,
  target: Pick<CreateVerb, 'id' | 'bundle' | 'configFile'>,
  options: CreateOptions,
  /** See STUB; null if nothing is to be executed. */
  hint: Read | null = stub(options.preserveFds),
  build: (config: Config, facts: Facts) => Plan = (config, facts) => buildCreate(config, facts, options),
): Promise<Prepared> {
  const stateDir = `${context.root}/${target.id}`;
  const configPath = target.configFile ?? `${target.bundle}/config.json`;
  const name = posix.basename(configPath);
  const { own: answers, guessed } = await readGroups(context.hands, {
    own: {
      config: { ...file(configPath), max: CONFIG_MAX },
      mountinfo: file('/proc/self/mountinfo'),
      launcher: file('/proc/self/stat'),
      stateDir: exists(stateDir),
      systemd: exists(SYSTEMD_MARK),
      hint,
    },
    guessed: Object.fromEntries(context.guess.of(target.id).map((path) => [path, file(path)])),
  });
  const bytes = configBytes(answers.config, configPath);
  const { trace } = context;
  // Remembered by content alone, and messages have the name.
  const load = () => loadConfig(bytes, name);
  const { config, positions, warnings } = trace.span(
    'check',
    () => (target.configFile === null ? context.remember('config', contentOf(bytes), load) : load()),
    name,
  );
  for (const warning of warnings) context.warn(warning);
  if (isThere(answers.stateDir)) {
    throw existingContainer();
  }
  await refuseHostSettings(config, positions, context.hands);
  const mountinfo = textOf(answers.mountinfo) ?? '';
  const own = context.request.cgroups;
  const host = trace.span(
    'parse',
    () => context.remember('host', `${mountinfo}\0${own}`, () => parseCgroupHost(mountinfo, own)),
    'mountinfo',
  );
  const marked = isThere(answers.systemd) ? { ...host, files: { [SYSTEMD_MARK]: '' } } : host;
  const caller = callerOf(context.request, textOf(answers.launcher));
  const unit = options.systemdCgroup
    ? located(positions, () =>
        unitOf(config.linux?.cgroupsPath, target.id, marked, caller, context.request.env),
      )
    : null;
  const optional = context.rootless === 'auto' ? isRootless(caller) : context.rootless;
  const reads = [
    ...located(positions, () => cgroupReads(inUnit(config, unit), marked, target.id, optional)),
    ...cgroupOwnerFiles(config, marked).map((path) => file(path)),
  ];
  const cgroups = withFiles(marked, reads, await readRest(context.hands, reads, guessed), optional);
  context.guess.learn(
    target.id,
    reads.filter(({ kind }) => kind === 'FILE').map(({ path }) => path),
  );
  const notice = accessNotice(inUnit(config, unit).linux?.cgroupsPath, cgroups, target.id);
  if (notice !== null) context.warn(notice);
  const modules = await securityModules(config.process, context.hands, config.linux?.mountLabel);
  const resctrl = await resctrlOf(config.linux?.intelRdt, target.id, mountinfo, context.hands);
  const plan = located(positions, () => {
    const seccomp = trace.span(
      'compile',
      () => compileSeccomp(config.linux?.seccomp, context.warn, context.remember),
      'seccomp',
    );
    const { id, bundle } = target;
    const facts: Facts = { id, bundle, stateDir, caller, cgroups, unit, resctrl, modules, seccomp };
    const grantable = grantableCapabilities(caller, namespaceKind(config, 'user') !== 'none');
    warnOfUngranted(config.process.capabilities, grantable, context.warn);
    refuseMounted(config, posix.resolve(target.bundle, config.root.path), mountinfo);
    return trace.span('build', () => build(config, facts), 'plan');
  });
  return { config, positions, plan };
}

/** The answers to reads of files, some of which are there already. */
async function readRest(
  hands: Hands,
  reads: readonly Read[],
  known: Readonly<Record<string, Answer>>,
): Promise<readonly Answer[]> {
  const guessed = ({ kind, path }: Read) => (kind === 'FILE' ? known[path] : undefined);
  const unknown = reads.filter((read) => guessed(read) === undefined);
  const rest = unknown.length === 0 ? [] : await hands.read(unknown);
  let at = 0;
  return reads.map((read) => guessed(read) ?? rest[at++] ?? missing);
}

/** The bytes themselves: one character each. */
function contentOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

/** By errno: ENOENT, EACCES, ENOTDIR. */
const bundleHints: Readonly<Record<number, string>> = {
  2: 'a bundle is a directory with a config.json and a root file system; railcar spec makes the former',
  13: 'the file and the directories above it must be open to the user who runs railcar',
  20: '--bundle names the directory that holds config.json, not a file',
};

function configBytes(answer: Answer, path: string): Uint8Array {
  const bytes = answer.items[0];
  if (answer.errno === 0 && bytes !== undefined) return bytes;
  const message = `cannot read "${path}": ${errnoText(answer.errno)}`;
  throw new RailcarError('config-unreadable', message, { hint: bundleHints[answer.errno] });
}
