import { checkPath } from '../tar/path.ts';
import { quoteName } from '../tree/name.ts';
import { rpmError } from './error.ts';
import type { Header } from './header.ts';
import { tags } from './tags.ts';

/** A file as the header of its package has it. */
export interface RpmFile {
  /** From the root, without a `/` at the start. */
  readonly path: string;
  /** Type and permissions, as stat(2) has them. */
  readonly mode: number;
  readonly size: number;
  readonly mtime: number;
  /** Of a symbolic link. */
  readonly target: string;
  /** In hexadecimal; empty for what is no file. */
  readonly digest: string;
  /** Names of one file have the same; unique in a package. */
  readonly inode: string;
  /** Named by the package, but not in it: it is made when the package is installed or used. */
  readonly ghost: boolean;
  /** Of an installed package: whether it has been put there. */
  readonly installed: boolean;
}

const GHOST = 1 << 6;

/**
 * The files of a package. What names them comes from whoever built it, so a path that leads out of the root is refused.
 *
 * @throws {RailcarError} `image-invalid`
 */
export function filesOf(header: Header, what: string): RpmFile[] {
  const paths = pathsOf(header, what);
  const column = (tag: number) => checked(header.numbers(tag), paths.length, what);
  const words = (tag: number) => checked(header.texts(tag), paths.length, what);
  const [modes, times, flags] = [column(tags.fileModes), column(tags.fileTimes), column(tags.fileFlags)];
  const [sizes, longSizes] = [column(tags.fileSizes), column(tags.longFileSizes)];
  const [devices, inodes] = [column(tags.fileDevices), column(tags.fileInodes)];
  const [targets, digests] = [words(tags.fileTargets), words(tags.fileDigests)];
  const states = column(tags.fileStates);
  return paths.map((path, index) => ({
    path,
    mode: modes[index] ?? 0,
    size: longSizes[index] ?? sizes[index] ?? 0,
    mtime: times[index] ?? 0,
    target: targets[index] ?? '',
    digest: digests[index] ?? '',
    inode: `${devices[index] ?? 0}:${inodes[index] ?? index}`,
    ghost: ((flags[index] ?? 0) & GHOST) !== 0,
    installed: (states[index] ?? 0) === 0,
  }));
}

/** Folders and names apart, or, in packages of the last century, whole. */
function pathsOf(header: Header, what: string): string[] {
  const names = header.texts(tags.baseNames);
  const folders = header.texts(tags.directoryNames);
  const indexes = checked(header.numbers(tags.directoryIndexes), names.length, what);
  const whole = names.length > 0 ? [] : header.texts(tags.oldFileNames);
  const unsafe = names.map((name, index) => {
    const folder = folders[indexes[index] ?? -1];
    if (folder === undefined || name.includes('/'))
      throw rpmError(what, `file ${quoteName(name)} is in no folder`);
    return folder + name;
  });
  return [...unsafe, ...whole].map((unsafePath) => {
    const { path, problem } = checkPath(unsafePath, { absolute: true });
    if (path === undefined) throw rpmError(what, `file ${quoteName(unsafePath)}: ${problem}`);
    return path;
  });
}

/** One value for each file, or none at all. */
function checked<T>(values: T[], count: number, what: string): T[] {
  if (values.length > 0 && values.length !== count)
    throw rpmError(what, `it has ${count} files and ${values.length} values for them`);
  return values;
}
