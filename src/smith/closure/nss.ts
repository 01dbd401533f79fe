import type { ElfFile } from '../elf/elf.ts';
import { decodeName } from '../tree/name.ts';
import type { FileNode } from '../tree/node.ts';

/** Services that glibc does itself since 2.34: no file is looked for. */
const builtIn = new Set(['files', 'dns']);
/** What is used where nsswitch.conf says nothing (nsswitch.conf(5)). */
const usual: readonly string[] = ['files', 'dns'];

/** Longer than any sensible line: what is done to it takes the square of its length. */
const MAX_LINE = 4096;

/** The services that an nsswitch.conf names, in order, each once; the usual ones if there is none. */
export function nssServices(conf: string | null): string[] {
  if (conf === null) return [...usual];
  const services = conf
    .split('\n')
    .map((line) => line.replace(/#.*/, ''))
    .filter((line) => line.includes(':') && line.length < MAX_LINE)
    .flatMap((line) =>
      line
        .slice(line.indexOf(':') + 1)
        .replaceAll(/\[[^\]]*\]/g, ' ')
        .split(/\s+/),
    );
  return [...new Set(services.filter((service) => /^[\w-]+$/.test(service)))];
}

export interface NssModule {
  readonly service: string;
  readonly soname: string;
}

/** The modules that a C library of this version loads for the services. */
export function nssModules(
  services: readonly string[],
  version: readonly [number, number] | null,
): NssModule[] {
  const has = version !== null && (version[0] > 2 || version[1] >= 34);
  return services
    .filter((service) => !has || !builtIn.has(service))
    .map((service) => ({ service, soname: `libnss_${service}.so.2` }));
}

const MAX_STRINGS = 4 * 1024 * 1024;

/** The newest version of symbols in glibc's libc.so.6: that of the library. */
export function glibcVersion(node: FileNode, elf: ElfFile): [major: number, minor: number] | null {
  const strings = elf.dynamic?.strings;
  if (strings === undefined) return null;
  const text = decodeName(node.content.read(strings.offset, Math.min(strings.size, MAX_STRINGS)));
  const versions = [...text.matchAll(/(?<=\0)GLIBC_(\d{1,4})\.(\d{1,4})(?=[.\0])/g)].map(
    ([, major, minor]): [number, number] => [Number(major), Number(minor)],
  );
  return versions.reduce<[number, number] | null>(
    (best, each) =>
      best === null || each[0] > best[0] || (each[0] === best[0] && each[1] > best[1]) ? each : best,
    null,
  );
}
