/** ok: all that railcar can use is there. limited: something is not, and containers are made without it. */
export type Verdict = 'ok' | 'limited' | 'missing';

/** One row of `railcar doctor`. */
export interface Check {
  readonly name: string;
  readonly verdict: Verdict;
  /** What there is, in a few words. */
  readonly found: string;
  /** What the user can do about it; null where there is nothing to do. */
  readonly remedy: string | null;
  /** Without it no container can be made at all. */
  readonly fatal?: true;
}

/** What was read of the host: by the names of `reads.ts`, texts without their final newline. */
export interface Host {
  readonly uid: number;
  readonly user: string | null;
  readonly home: string | null;
  /** uname -r */
  readonly release: string;
  /** Whether the caller may do what root may. */
  readonly privileged: boolean;
  /** The content of a file that was asked for; undefined: it is not there, or must not be read. */
  file(path: string): string | undefined;
  exists(path: string): boolean;
  /** Mode and owner. */
  stat(path: string): { readonly mode: number; readonly uid: number } | undefined;
  /** Where a program is that PATH leads to. */
  program(name: string): string | undefined;
}

export const ok = (name: string, found: string): Check => ({ name, verdict: 'ok', found, remedy: null });

export const limited = (name: string, found: string, remedy: string | null): Check => ({
  name,
  verdict: 'limited',
  found,
  remedy,
});

export const absent = (name: string, found: string, remedy: string | null): Check => ({
  name,
  verdict: 'missing',
  found,
  remedy,
});

export const impossible = (name: string, found: string, remedy: string): Check => ({
  ...absent(name, found, remedy),
  fatal: true,
});
