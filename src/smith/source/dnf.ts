import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RailcarError } from '../../errors.ts';
import { runProgram } from './program.ts';

export interface DnfOptions {
  /** Sections of repositories, as in a .repo file (dnf.conf(5)); null: this machine's. */
  readonly repos: string | null;
  /** What $releasever of a repository stands for; null: this machine's release. */
  readonly releasever: string | null;
  /** rpm's name of the architecture. */
  readonly architecture: string;
  /** Whether packages have to be signed, also those that are named by their files; null: as the repositories say. */
  readonly gpgcheck: boolean | null;
  /** Whether repositories of debugging information count as well, which mostly are there, but switched off. */
  readonly debug: boolean;
  /** Where lists and packages are kept between builds. */
  readonly cache: string;
  /** Packages are taken as they are if there are some. */
  readonly fast: boolean;
  readonly log: (line: string) => void;
}

/**
 * dnf with a root of its own that stays empty: it finds out what is needed, downloads and verifies it, and installs nothing.
 * Nothing of this machine's packages counts, nothing of it changes, and no rights are needed.
 */
export class Dnf {
  readonly #options: DnfOptions;

  constructor(options: DnfOptions) {
    this.#options = options;
  }

  /**
   * Downloads packages with all that they depend on.
   *
   * @param names of packages, of files that they have or of what they provide; paths of package files
   * @param required whether it is an error that there is no such package
   * @returns the package files
   * @throws {RailcarError} `operation-failed`
   */
  async download(names: readonly string[], { required = true } = {}): Promise<string[]> {
    if (names.length === 0) return [];
    const { cache, fast } = this.#options;
    const kept = this.#folder(names);
    if (!fast || !this.has(names)) {
      mkdirSync(join(cache, 'dnf'), { recursive: true });
      const scratch = mkdtempSync(join(cache, 'dnf', 'new-'));
      try {
        await this.#install(scratch, names, required);
        rmSync(kept, { recursive: true, force: true });
        renameSync(join(scratch, 'packages'), kept);
      } finally {
        rmSync(scratch, { recursive: true, force: true });
      }
    }
    // One that was named by its file is not copied there.
    const files = names.filter((name) => name.startsWith('/') && name.endsWith('.rpm'));
    return [...files, ...readdirSync(kept).map((name) => join(kept, name))].sort();
  }

  /** Whether these have been downloaded before. */
  has(names: readonly string[]): boolean {
    return existsSync(this.#folder(names));
  }

  async #install(scratch: string, names: readonly string[], required: boolean): Promise<void> {
    for (const name of ['repos', 'packages', 'log']) mkdirSync(join(scratch, name));
    writeFileSync(join(scratch, 'dnf.conf'), '[main]\n');
    const { repos, log } = this.#options;
    if (repos !== null) writeFileSync(join(scratch, 'repos', 'smith.repo'), repos);
    // An ordinary user is root in a namespace of his own: dnf installs for nobody else.
    const root = process.getuid?.() === 0 ? [] : ['unshare', '--map-root-user'];
    const [program = '', ...words] = [
      ...root,
      'dnf',
      ...this.#flags(scratch),
      ...(required ? [] : ['--setopt=strict=0']),
    ];
    await runProgram(program, [...words, 'install', ...names], {
      doing: `get the packages ${names.map((name) => `"${name}"`).join(', ')}`,
      starts: 'dnf',
      // Where rpm looks for its database.
      environment: { ...process.env, HOME: scratch },
      log,
      gist,
    });
  }

  #flags(scratch: string): string[] {
    const { repos, releasever, architecture, gpgcheck, debug, cache } = this.#options;
    const own = repos === null ? {} : { reposdir: join(scratch, 'repos'), varsdir: join(scratch, 'vars') };
    const check = gpgcheck ? 1 : 0;
    const settings = {
      ...own,
      cachedir: join(cache, 'dnf', 'lists'),
      persistdir: join(scratch, 'persist'),
      logdir: join(scratch, 'log'),
      install_weak_deps: 0,
      tsflags: 'noscripts,notriggers',
      ...(gpgcheck === null ? {} : { gpgcheck: check, localpkg_gpgcheck: check, '*.gpgcheck': check }),
    };
    return [
      `--config=${join(scratch, 'dnf.conf')}`,
      `--installroot=${join(scratch, 'root')}`,
      `--forcearch=${architecture}`,
      // Own repositories that need it have it; else what dnf finds out of this machine.
      `--releasever=${releasever ?? (repos === null ? '/' : '0')}`,
      '--downloadonly',
      `--destdir=${join(scratch, 'packages')}`,
      '--noplugins',
      '--assumeyes',
      '--quiet',
      '--refresh',
      ...(debug ? ['--setopt=*debug*.enabled=1'] : []),
      ...Object.entries(settings).map(([name, value]) => `--setopt=${name}=${value}`),
    ];
  }

  #folder(names: readonly string[]): string {
    const { repos, releasever, architecture, gpgcheck, cache } = this.#options;
    const request = JSON.stringify([names, repos, releasever, architecture, gpgcheck]);
    return join(cache, 'dnf', createHash('sha256').update(request).digest('hex').slice(0, 16));
  }
}

/** For a repository that is to be verified without keys, dnf says at length how to get some, and prints all its settings. */
function gist(errors: string): string | null {
  if (!errors.includes('You have enabled checking of packages via GPG keys')) return null;
  const [, name = ''] = /^Problem repository: \[(.*)\]/m.exec(errors) ?? [];
  return `repository "${name}" has no GPG keys to verify its packages with (gpgkey)`;
}

/** Whether dnf's complaint is about the packages that were asked for, or about where they should come from. */
export function isAboutRepositories(error: unknown): boolean {
  return (
    error instanceof RailcarError &&
    /Failed to download metadata|Cannot download repomd|GPG|is not signed|no enabled repositories|Public key/i.test(
      error.message,
    )
  );
}
