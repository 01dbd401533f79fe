import type { Context } from '../cli/context.ts';
import { RailcarError } from '../errors.ts';
import type { Answer, Read } from '../execute/messages.ts';
import { file, readGroups, textOf } from '../execute/reads.ts';
import { type Container, findContainer } from '../state/container.ts';
import type { ContainerRecord } from '../state/record.ts';
import { intelRdtPaths, intelRdtStats, type Monitored, monitors } from '../stats/intel-rdt.ts';
import { count, type Files } from '../stats/parse.ts';
import type { Count, IntelRdt, Stats } from '../stats/stats.ts';
import { v1Paths, v1Stats } from '../stats/v1.ts';
import { v2Paths, v2Stats } from '../stats/v2.ts';

/** A directory for each size that this kernel has: `hugepages-2048kB`. */
const HUGE_PAGES = '/sys/kernel/mm/hugepages';

type Known = Readonly<Record<string, Answer>>;

export interface Measured {
  readonly container: Container;
  /** Of a container for which the command is refused: not to be asked. */
  readonly stats: () => Promise<Stats>;
}

/**
 * A container and what it uses. All is read together with the record if the last container that was asked about had its
 * cgroups in the same places; what has not been guessed is read afterwards.
 */
export async function measure(context: Context, id: string): Promise<Measured> {
  const guesses = context.guess.of(id, 'events').map((path) => [path, file(path)] as const);
  const { container, first } = await findContainer(context, id, {
    first: { [HUGE_PAGES]: { kind: 'LIST', path: HUGE_PAGES }, ...Object.fromEntries(guesses) } as Readonly<
      Record<string, Read>
    >,
  });
  return { container, stats: () => statsOf(context, container.record, first) };
}

async function statsOf(context: Context, record: ContainerRecord, known: Known): Promise<Stats> {
  const paths = record.cgroup_paths;
  const unified = unifiedDirectory(paths);
  // Zeros would say that it uses nothing.
  if (Object.keys(paths).length === 0) throw noCgroup();
  const sizes = pageSizes(known[HUGE_PAGES]);
  const wanted = unified === undefined ? v1Paths(paths, sizes) : v2Paths(unified, sizes);
  context.guess.learn(record.id, wanted, 'events');
  const [group] = record.resctrl?.joined ?? [];
  const resctrl = group === undefined ? null : { group, mountPoint: mountPointOf(record, group) };
  const all = resctrl === null ? wanted : [...wanted, ...intelRdtPaths(resctrl.mountPoint, resctrl.group)];
  const unknown = all.filter((path) => known[path] === undefined);
  const late =
    unknown.length === 0 && resctrl === null
      ? { files: {}, monitored: {} }
      : await readGroups(context.hands, {
          files: Object.fromEntries(unknown.map((path) => [path, file(path)])),
          monitored: resctrl === null ? {} : monitorReads(record),
        });
  const answers: Known = { ...known, ...late.files };
  const files: Files = Object.fromEntries(all.map((path) => [path, answers[path] && textOf(answers[path])]));
  const counted = unified === undefined ? v1Stats(paths, files, sizes) : v2Stats(unified, files, sizes);
  const intel_rdt: IntelRdt =
    resctrl === null
      ? {}
      : intelRdtStats(resctrl.mountPoint, resctrl.group, files, monitored(late.monitored));
  return { ...counted, intel_rdt, network_interfaces: null };
}

function noCgroup(): RailcarError {
  return new RailcarError(
    'host-unsupported',
    'the container has no cgroup that could be asked what it uses',
    {
      hint: 'this host has no cgroups, or gives none to this caller (docs/rootless.md)',
    },
  );
}

/** The container's cgroup where v2 carries the controllers; a hybrid host's record has v1's paths beside. */
export function unifiedDirectory(paths: Readonly<Record<string, string>>): string | undefined {
  return Object.keys(paths).length === 1 ? paths[''] : undefined;
}

/** As the files of cgroups name them: `2MB`, `1GB`, `64KB`. */
function pageSizes(answer: Answer | undefined): string[] {
  const names = (answer?.items ?? []).map((item) => Buffer.from(item).toString());
  const sizes = names
    .map((name) => Number(/^hugepages-(\d+)kB$/.exec(name)?.[1] ?? 0))
    .filter((size) => size > 0);
  return sizes
    .sort((a, b) => a - b)
    .map((size) =>
      size >= 1 << 20 ? `${size / (1 << 20)}GB` : size >= 1 << 10 ? `${size / (1 << 10)}MB` : `${size}KB`,
    );
}

/** The class `/` is the mount point itself. */
function mountPointOf({ config }: ContainerRecord, group: string): string {
  return config.linux?.intelRdt?.closID === '/' ? group : group.slice(0, group.lastIndexOf('/'));
}

/** Each domain has a directory in the group's mon_data. */
function monitorReads({ resctrl }: ContainerRecord): Readonly<Record<string, Read>> {
  const path = `${resctrl?.joined.at(-1)}/mon_data`;
  return Object.fromEntries(monitors.map((name) => [name, { kind: 'EACH', path, name } as const]));
}

/** Of EACH: names and contents in turn. */
function monitored(answers: Readonly<Record<string, Answer>>): Monitored {
  const values = (name: string): Count[] =>
    (answers[name]?.items ?? [])
      .filter((_, index) => index % 2 === 1)
      .map((item) => count(Buffer.from(item).toString()));
  return Object.fromEntries(monitors.map((name) => [name, values(name)])) as unknown as Monitored;
}
