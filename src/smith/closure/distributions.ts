import { AARCH64, ARM, type Architecture, I386, X86_64 } from '../elf/machine.ts';
import type { Tree } from '../tree/tree.ts';

const MIPS = 8;
const PPC = 20;
const PPC64 = 21;
const S390 = 22;
const RISCV = 243;
const LOONGARCH = 258;

interface Names {
  readonly machine: number;
  readonly bits: 32 | 64;
  readonly littleEndian: boolean;
  /** Debian's triplets, each the name of a directory below /lib and /usr/lib. */
  readonly triplets: readonly string[];
  /** Where each ABI has glibc's loader. */
  readonly glibc: readonly string[];
  /** What musl calls it. */
  readonly musl: readonly string[];
  /** AT_PLATFORM, and what glibc makes of it for later processors. */
  readonly platforms: readonly string[];
}

/** ABIs that there are distributions for. */
const table: readonly Names[] = [
  row(
    X86_64,
    64,
    true,
    'x86_64-linux-gnu',
    '/lib64/ld-linux-x86-64.so.2',
    'x86_64',
    'x86_64 haswell xeon_phi',
  ),
  row(X86_64, 32, true, 'x86_64-linux-gnux32', '/libx32/ld-linux-x32.so.2', 'x32', 'x86_64 haswell xeon_phi'),
  row(I386, 32, true, 'i386-linux-gnu', '/lib/ld-linux.so.2', 'i386', 'i686 i586 i486 i386'),
  row(AARCH64, 64, true, 'aarch64-linux-gnu', '/lib/ld-linux-aarch64.so.1', 'aarch64', 'aarch64'),
  row(
    ARM,
    32,
    true,
    'arm-linux-gnueabihf arm-linux-gnueabi',
    '/lib/ld-linux-armhf.so.3 /lib/ld-linux.so.3',
    'armhf arm',
    'v7l v8l v6l',
  ),
  row(RISCV, 64, true, 'riscv64-linux-gnu', '/lib/ld-linux-riscv64-lp64d.so.1', 'riscv64', 'riscv64'),
  row(PPC64, 64, true, 'powerpc64le-linux-gnu', '/lib64/ld64.so.2', 'powerpc64le', 'power8 power9 power10'),
  row(PPC64, 64, false, 'powerpc64-linux-gnu', '/lib64/ld64.so.1', 'powerpc64', 'ppc970 power8'),
  row(PPC, 32, false, 'powerpc-linux-gnu', '/lib/ld.so.1', 'powerpc', 'ppc7450'),
  row(S390, 64, false, 's390x-linux-gnu', '/lib/ld64.so.1', 's390x', 'z900 z10 z13 z14 z15 z16'),
  row(
    LOONGARCH,
    64,
    true,
    'loongarch64-linux-gnu',
    '/lib64/ld-linux-loongarch-lp64d.so.1',
    'loongarch64',
    'loongarch',
  ),
  row(MIPS, 64, true, 'mips64el-linux-gnuabi64', '/lib64/ld.so.1', 'mips64el', 'mips64r2'),
  row(MIPS, 32, true, 'mipsel-linux-gnu', '/lib/ld.so.1', 'mipsel', 'mips32r2'),
];

function row(
  machine: number,
  bits: 32 | 64,
  littleEndian: boolean,
  triplets: string,
  glibc: string,
  musl: string,
  platforms: string,
): Names {
  return {
    machine,
    bits,
    littleEndian,
    triplets: triplets.split(' '),
    glibc: glibc.split(' '),
    musl: musl.split(' ').map((name) => `/lib/ld-musl-${name}.so.1`),
    platforms: platforms.split(' '),
  };
}

function namesOf(elf: Architecture): Names | undefined {
  return table.find(
    ({ machine, bits, littleEndian }) =>
      machine === elf.machine && bits === elf.bits && littleEndian === elf.littleEndian,
  );
}

/** Where the loader of an architecture is by convention, for libraries, which name none. */
export function interpreterGuesses(elf: Architecture): Pick<Names, 'glibc' | 'musl'> {
  return namesOf(elf) ?? { glibc: [], musl: [] };
}

/** What `$PLATFORM` may be; the first is the common one. */
export function platformNames(elf: Architecture): readonly string[] {
  return namesOf(elf)?.platforms ?? [];
}

/** The architecture in the name of musl's loader, null if it is not musl's. */
export function muslName(interpreter: string): string | null {
  return /\/ld-musl-([^/]+)\.so\.1$/.exec(interpreter)?.[1] ?? null;
}

/** For a loader that does not say: Debian's directories if the tree has them, else those of Fedora or of anybody. */
export function defaultDirectories(tree: Tree, elf: Architecture): readonly string[] {
  const isDirectory = (path: string) => tree.resolve(path).node?.kind === 'directory';
  const triplet = namesOf(elf)?.triplets.find(
    (name) => isDirectory(`/usr/lib/${name}`) || isDirectory(`/lib/${name}`),
  );
  const own = triplet === undefined ? [] : [`/lib/${triplet}`, `/usr/lib/${triplet}`];
  const wide = elf.bits === 64 && triplet === undefined ? ['/lib64', '/usr/lib64'] : [];
  return [...own, ...wide, '/lib', '/usr/lib'];
}
