import { isAbsolute, resolve } from 'node:path/posix';
import { RailcarError } from '../errors.ts';
import type { Request } from '../execute/messages.ts';

/** Inode of the initial user namespace in every procfs: PROC_USER_INIT_INO. */
const INITIAL_USER_NAMESPACE = 0xeffffffdn;

/** A path of the caller's command line as an absolute one. The resolver never looks at this process's directory. */
export function absolute(request: Request, path: string): string {
  return isAbsolute(path) ? resolve(path) : resolve(request.cwd, path);
}

/** The state root: `--root`, or the place where other programs look for this runtime's containers. */
export function stateRoot(request: Request, option: string | null): string {
  if (option === '') throw new RailcarError('root-invalid', '--root: must not be empty');
  const root = option === null ? defaultRoot(request) : absolute(request, option);
  if (root === '/')
    throw new RailcarError('root-invalid', '--root: must not be /, which is no place for containers');
  return root;
}

/** A variable of the caller's environment; null for one that is missing or empty. */
export function environment(request: Request, name: string): string | null {
  const found = request.env.find((entry) => entry.startsWith(`${name}=`));
  return found?.slice(name.length + 1) || null;
}

function defaultRoot(request: Request): string {
  const runtimeDirectory = environment(request, 'XDG_RUNTIME_DIR');
  if (runtimeDirectory === null || !isAbsolute(runtimeDirectory) || !ownRuntimeDirectory(request)) {
    return '/run/railcar';
  }
  return resolve(runtimeDirectory, 'railcar');
}

/** The root of a user namespace is still the user who made it, unless he entered as root in full (`su -`). */
function ownRuntimeDirectory({ numbers, env }: Request): boolean {
  if (numbers.euid !== 0n) return true;
  if (numbers.userNamespace === INITIAL_USER_NAMESPACE) return false;
  // Podman's monitor does not hand it on.
  return environment({ env } as Request, 'USER') !== 'root';
}
