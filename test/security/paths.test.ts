import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

/**
 * The pattern behind most weaknesses of runtimes: a call that looks a path of the container up by name. In the stub a
 * path is resolved below a descriptor, in resolve.c; every call of those here that takes another path is listed with
 * what that path is, and the list is complete in both directions.
 */
const folder = resolve(import.meta.dirname, '../../native/init');

/** The C library's and the kernel's calls that resolve a path from the root or the working directory. */
const byName =
  /\b(open|creat|fopen|opendir|mkdir|mknod|mkfifo|unlink|rmdir|remove|rename|link|symlink|readlink|chown|lchown|chmod|utime|utimes|truncate|stat|lstat|statfs|statvfs|access|chdir|chroot|mount|umount|umount2|realpath|execve|execv|execvp|sys_pivot_root|nftw|glob)\(/g;
/** Those that take a descriptor, if it is AT_FDCWD. */
const fromHere = /\b(?:sys_)?\w+\(\s*AT_FDCWD\b/g;
/** The ones that take a descriptor and would follow a link or a mount on the way: only resolve.c and these. */
const below =
  /\b(openat|mkdirat|mknodat|symlinkat|unlinkat|renameat|linkat|fchownat|fchmodat|fstatat|readlinkat)\(/g;

/** How often in which file, and why that path is nobody's trap. */
const allowed: Readonly<Record<string, readonly [calls: number, why: string]>> = {
  'chdir.c chdir(': [1, 'in the container, as its process; check_directory() follows'],
  'chdir.c open(': [1, '/, the root after pivot'],
  'chdir.c sys_openat2(AT_FDCWD': [1, 'in the container, without magic links'],
  'exec.c access(': [1, 'in the container, as its process, for a message'],
  'exec.c execve(': [1, 'in the container, as its process'],
  'executable.c access(': [1, 'in the container, as its process'],
  'executable.c open(': [2, 'in the container, O_PATH, as its process; and /'],
  'home.c open(': [1, 'in the container: /etc/passwd, O_NOFOLLOW, when seccomp forbids openat2'],
  'home.c sys_openat2(AT_FDCWD': [1, 'in the container: /etc/passwd without magic links'],
  'identity.c open(': [1, 'in the container: /dev/null, never followed, looked at before it is opened'],
  'landlock.c sys_openat2(AT_FDCWD': [1, 'in the container, as its process, without magic links'],
  'place.c open(': [1, 'a directory of the host that --image-path or --work-path names'],
  'interpreter.c open(': [1, 'in the container, as its process, for a message'],
  'interpreter.c access(': [1, 'in the container, as its process, for a message'],
  'bind.c sys_open_tree(AT_FDCWD': [2, 'a source, a path of the host that config.json names'],
  'device.c sys_open_tree(AT_FDCWD': [1, 'a device of the host, looked at afterwards'],
  'procfs.c chdir(': [1, '/, never to stay in a directory of the host'],
  'procfs.c mount(': [1, 'on self/fd/N below the verified procfs'],
  'procfs.c umount2(': [1, 'self/fd/N below the verified procfs'],
  'procfs.c open(': [2, '/proc before anything of a bundle is touched; the working directory itself'],
  'rootfs.c chdir(': [2, '/, after pivot'],
  'rootfs.c chroot(': [1, '. after fchdir to the root slot'],
  'rootfs.c mount(': [5, '/ and . of the stub; points of mountinfo that are the host\u2019s, before pivot'],
  'rootfs.c open(': [4, 'root.path and /, paths of the host that config.json names'],
  'rootfs.c sys_open_tree(AT_FDCWD': [1, 'root.path'],
  'rootfs.c sys_pivot_root(': [1, '. after fchdir to the root slot'],
  'rootfs.c umount2(': [2, 'the old root as .; points of mountinfo that are the host\u2019s'],
};

/** A name of one component, in a directory that is held by a descriptor, never followed: as the files' comments say. */
const inHeldDirectories = ['resolve.c', 'device.c', 'copy-up.c'];
/** Descriptors of cgroups, of the verified procfs, and `..` of a directory of the host. */
const otherDescriptors = ['namespaces.c', 'procfs.c', 'rootfs.c'];

const files = readdirSync(folder).filter((name) => name.endsWith('.c'));

/** Without comments and texts. */
function code(name: string): string {
  return readFileSync(join(folder, name), 'utf8')
    .replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    .replaceAll(/"(?:[^"\\\n]|\\.)*"/g, '""');
}

function count(name: string): Map<string, number> {
  const found = new Map<string, number>();
  const calls = [...code(name).matchAll(byName), ...code(name).matchAll(fromHere)].filter(
    ({ index }) => !isDefinition(code(name), index),
  );
  for (const [text] of calls) {
    const key = `${name} ${text.replace(/\s+/g, '')}`;
    found.set(key, (found.get(key) ?? 0) + 1);
  }
  return found;
}

/** `static int pivot(int root) {` begins at the line's start with a type. */
function isDefinition(text: string, index: number): boolean {
  const line = text.slice(text.lastIndexOf('\n', index) + 1, index);
  return /^(static |_Noreturn )*[a-z_]+ \*?$/.test(line);
}

describe('paths in native/init', () => {
  test('calls that look a path up by name are the listed ones', () => {
    const found = Object.fromEntries(files.flatMap((name) => [...count(name)]));
    const listed = Object.fromEntries(Object.entries(allowed).map(([key, [calls]]) => [key, calls]));
    expect(found).toEqual(listed);
  });

  test('calls with a directory and a name are where directories are held', () => {
    const users = files.filter((name) => code(name).match(below) !== null);
    expect(users.filter((name) => ![...inHeldDirectories, ...otherDescriptors].includes(name))).toEqual([]);
  });

  test('those that open or make there never follow a link, or make exclusively', () => {
    const careless = inHeldDirectories.flatMap((name) =>
      [...code(name).matchAll(/\bopenat\([^;]*?\bO_[^;]*;/g)]
        .map(([call]) => call)
        .filter((call) => !/O_NOFOLLOW/.test(call) && !/openat\(\w+, "",/.test(call)),
    );
    expect(careless).toEqual([]);
  });

  test('the kernel resolves below the root, and never over magic links', () => {
    expect(code('resolve.c')).toMatch(/RESOLVE_IN_ROOT \| RESOLVE_NO_MAGICLINKS/);
    const careless = files.flatMap((name) =>
      [...code(name).matchAll(/\bsys_openat2\([^;]*;/g)]
        .map(([call]) => call)
        .filter((call) => !/RESOLVE_|resolve\)/.test(call)),
    );
    expect(careless).toEqual([]);
  });

  test('every descriptor is made with O_CLOEXEC', () => {
    const careless = files.flatMap((name) =>
      [...code(name).matchAll(/\b(?:open|openat)\([^;{]*?[;{]/g)]
        .map(([call]) => `${name}: ${call.replace(/\s+/g, ' ')}`)
        .filter((call) => !call.includes('O_CLOEXEC') && !/\bflags\b/.test(call)),
    );
    expect(careless).toEqual([]);
  });
});
