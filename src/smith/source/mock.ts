import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RailcarError } from '../../errors.ts';
import { runProgram } from './program.ts';

const FOLDER = '/etc/mock';
const BASE = '/var/lib/mock';

/**
 * mock (https://rpm-software-management.github.io/mock), which installs packages into a root of its own, scripts included.
 * The command lines are those of Oracle's smith.
 */
export class Mock {
  readonly #config: string;
  readonly #log: (line: string) => void;

  /** @param config a path, or the name of a file in /etc/mock without `.cfg` */
  constructor(config: string, log: (line: string) => void) {
    this.#config = config;
    this.#log = log;
  }

  async clean(): Promise<void> {
    await this.#run(['--clean'], 'empty the root of mock');
  }

  async install(names: readonly string[]): Promise<void> {
    await this.#run(['--install', ...names], `get the packages ${quoted(names)}`);
  }

  /** Whether there is a root with that package in it. */
  async has(name: string): Promise<boolean> {
    try {
      const words = ['--yum-cmd', '--', '-C', 'list', 'installed', name.replace(/\.rpm$/, '')];
      await this.#run(words, `look for package "${name}"`);
      return true;
    } catch (error) {
      if (!(error instanceof RailcarError) || error.hint !== null) throw error;
      return false;
    }
  }

  /** Debugging information of these build-ids, as far as there is any. */
  async installDebug(buildIds: readonly string[]): Promise<void> {
    const names = buildIds.map((buildId) => `debuginfo(build-id) = ${buildId}`);
    const settings = ['--setopt=strict=0', '--setopt=*debug*.enabled=1', '--assumeyes'];
    await this.#run(['--yum-cmd', '--', ...settings, 'install', ...names], 'get debugging information');
  }

  /** What root alone could read, everybody can, then: images have one owner. */
  async makeReadable(globs: readonly string[]): Promise<void> {
    // Its shell expands them, and does nothing else with them.
    const words = globs.map((glob) => glob.replaceAll(/[^\w/.*?[\]{},+@%:=-]/g, '\\$&'));
    const command = ['chmod', '-R', 'go+rX', ...words].join(' ');
    await this.#run(['--chroot', '--', command], 'make files of the root of mock readable');
  }

  /**
   * Where the root is.
   *
   * @throws {RailcarError} `operation-failed`
   */
  async root(): Promise<string> {
    const path = this.#config.includes('/') ? this.#config : join(FOLDER, `${this.#config}.cfg`);
    const root = setting(path, 'root');
    if (root !== null) {
      const base = setting(path, 'basedir') ?? setting(join(FOLDER, 'site-defaults.cfg'), 'basedir') ?? BASE;
      return join(base, root, 'root');
    }
    // It may be said in a file that this one includes.
    return (await this.#run(['--print-root-path'], 'find the root of mock')).trim();
  }

  #run(words: readonly string[], doing: string): Promise<string> {
    return runProgram('mock', ['-r', this.#config, ...words], { doing, log: this.#log });
  }
}

/** As a configuration of mock, which is Python, mostly says it: `config_opts['root'] = 'fedora-40-x86_64'`. */
function setting(path: string, name: string): string | null {
  if (!existsSync(path)) return null;
  const pattern = new RegExp(`^config_opts\\[['"]${name}['"]\\]\\s*=\\s*(['"])([^'"]+)\\1`, 'm');
  return pattern.exec(readFileSync(path, 'utf8'))?.[2] ?? null;
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}
