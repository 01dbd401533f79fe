import { absent, type Check, type Host, limited, ok } from './check.ts';

interface Engine {
  readonly name: string;
  readonly program: string;
  /** The first of these that is there says it; `~` is the user's home. */
  readonly files: readonly string[];
  readonly remedy: string;
}

/** Where each engine is told of runtimes. */
export const engines: readonly Engine[] = [
  {
    name: 'Docker',
    program: 'dockerd',
    files: ['/etc/docker/daemon.json', '~/.config/docker/daemon.json'],
    remedy: './install.sh --docker',
  },
  {
    name: 'containerd',
    program: 'containerd',
    files: ['/etc/containerd/config.toml'],
    remedy:
      'name the binary in /etc/containerd/config.toml: a runtime of type io.containerd.runc.v2 with BinaryName',
  },
  {
    name: 'Podman',
    program: 'podman',
    files: [
      '~/.config/containers/containers.conf',
      '~/.config/containers/containers.conf.d/railcar.conf',
      '/etc/containers/containers.conf',
      '/etc/containers/containers.conf.d/railcar.conf',
    ],
    remedy: 'railcar = ["/usr/local/bin/railcar"] below [engine.runtimes] of containers.conf',
  },
  {
    name: 'CRI-O',
    program: 'crio',
    files: [
      '/etc/crio/crio.conf',
      '/etc/crio/crio.conf.d/railcar.conf',
      '/etc/crio/crio.conf.d/10-railcar.conf',
    ],
    remedy: 'runtime_path below [crio.runtime.runtimes.railcar] in /etc/crio/crio.conf.d',
  },
];

export function engineFiles(home: string | null): string[] {
  return engines.flatMap(({ files }) => files).flatMap((file) => located(file, home) ?? []);
}

export function engineChecks(host: Host): Check[] {
  return engines.map((engine) => engineCheck(engine, host));
}

function engineCheck({ name, program, files, remedy }: Engine, host: Host): Check {
  const installed = host.program(program);
  const naming = files
    .map((file) => located(file, host.home))
    .find((file) => file !== null && names(host.file(file)));
  if (naming) return ok(name, `registered in ${naming}`);
  return installed === undefined
    ? absent(name, 'not installed', null)
    : limited(name, `${installed} does not know railcar`, remedy);
}

/** A comment registers nothing. JSON has none, and a number sign in a path is nobody's. */
function names(text: string | undefined): boolean {
  return (text ?? '').split('\n').some((line) => line.replace(/#.*/, '').includes('railcar'));
}

function located(file: string, home: string | null): string | null {
  if (!file.startsWith('~')) return file;
  return home === null ? null : home + file.slice(1);
}
