import { createRequire } from 'node:module';
import { dirname, join } from 'node:path/posix';
import { fileURLToPath } from 'node:url';

/** The compiler of filters. A recorder stands in for it in tests. */
export interface Filters {
  /** Throws FilterError where libseccomp refuses a rule. */
  compileFilter(request: FilterRequest): CompiledFilter;
}

/** The calls that only native code can make. */
export interface Kernel extends Filters {
  /** Of the Node that has loaded it, and of the library that it found. */
  versions(): { readonly node: string; readonly libseccomp: string };
}

export interface FilterRequest {
  /** SECCOMP_RET_* with its data. */
  readonly defaultAction: number;
  /** As libseccomp spells them (`x86_64`), besides the native one; unknown ones are skipped. */
  readonly architectures: readonly string[];
  readonly rules: readonly FilterRule[];
}

export interface FilterRule {
  /** Unknown ones are skipped. */
  readonly syscall: string;
  readonly action: number;
  /** At most one for each argument; all must hold. */
  readonly arguments: readonly FilterArgument[];
}

export interface FilterArgument {
  readonly index: number;
  /** SCMP_CMP_*. */
  readonly op: number;
  readonly a: bigint;
  readonly b: bigint;
}

export interface CompiledFilter {
  /** Array of struct sock_filter. */
  readonly program: Uint8Array;
  /** Of each architecture (libseccomp's token) the highest system call number that the rules name. */
  readonly newest: readonly { readonly architecture: number; readonly number: number }[];
}

/** What `compileFilter` throws. */
export interface FilterError extends Error {
  readonly errno: number;
  /** Index of the refused rule; the number of rules if none is at fault. */
  readonly rule: number;
}

let loaded: Kernel | undefined;

/** Loads the addon when it is first needed: most commands, and containers without a filter, never do. */
export function kernel(): Kernel {
  loaded ??= createRequire(addonPath)(addonPath) as Kernel;
  return loaded;
}

/** Null where the addon, or the library that it needs, cannot be loaded. */
export function versions(): { readonly node: string; readonly libseccomp: string | null } {
  try {
    return kernel().versions();
  } catch {
    return { node: 'of an unknown version', libseccomp: null };
  }
}

/** Beside the bundled layer; from the sources, where the build puts it. */
const here = dirname(fileURLToPath(import.meta.url));
const addonPath = join(here.endsWith('/src/kernel') ? join(here, '../../build/lib') : here, 'railcar.node');
