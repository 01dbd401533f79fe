import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RailcarError } from '../../errors.ts';
import { readParagraphs } from '../packages/control.ts';
import type { Distribution } from '../packages/distribution.ts';
import { runProgram } from './program.ts';

export interface AptOptions {
  /** A release of the distribution, as `bookworm`; null: this machine's. */
  readonly suite: string | null;
  readonly mirrors: readonly string[];
  /** Debian's name of the architecture. */
  readonly architecture: string;
  /** Where packages of debugging information are, as `mirrors`; null: none is wanted. */
  readonly debugMirrors: readonly string[] | null;
  /** A file of keys that the archive is signed with; null: Debian's. */
  readonly keyring: string | null;
  /** Where lists and packages are kept between builds. */
  readonly cache: string;
  /** Lists are taken as they are if there are some. */
  readonly fast: boolean;
  readonly log: (line: string) => void;
}

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const MIRROR = 'http://deb.debian.org/debian';
const DEBUG_MIRROR = 'http://deb.debian.org/debian-debug';

/** As apt-get --simulate says what it would install: `Inst curl (7.88.1 Debian:12.1/oldstable [amd64])`. */
const INSTALLED = /^Inst (\S+?)(?::\S+)? \((\S+) .*\[(\S+)\]\)/gm;

/** apt with a root of its own: nothing of this machine's packages counts, nothing of it changes, and no rights are needed. */
export class Apt {
  readonly #folder: string;
  readonly #options: AptOptions;

  constructor(options: AptOptions) {
    const sources = sourcesOf(options);
    this.#options = options;
    this.#folder = join(
      options.cache,
      'apt',
      createHash('sha256').update(`${options.architecture}\n${sources}`).digest('hex').slice(0, 16),
    );
    for (const path of [
      'etc/apt/apt.conf.d',
      'etc/apt/preferences.d',
      'var/lib/apt/lists/partial',
      'var/cache/apt/archives/partial',
      'var/lib/dpkg',
    ]) {
      mkdirSync(join(this.#folder, path), { recursive: true });
    }
    writeFileSync(join(this.#folder, 'etc/apt/sources.list'), sources);
    writeFileSync(join(this.#folder, 'var/lib/dpkg/status'), '');
  }

  /**
   * Downloads packages with all that they depend on; apt verifies each against the archive's signed lists.
   *
   * @returns the files, in the order in which they would be installed
   * @throws {RailcarError} `operation-failed`
   */
  async download(names: readonly string[]): Promise<string[]> {
    const doing = `get the packages ${names.map((name) => `"${name}"`).join(', ')}`;
    if (!this.#options.fast || !existsSync(this.#at('updated'))) {
      await this.#run(['update'], 'get the lists of packages');
      writeFileSync(this.#at('updated'), '');
    }
    await this.#run(['--download-only', 'install', ...names], doing);
    const simulated = await this.#run(['--simulate', 'install', ...names], doing);
    const fetched = [...simulated.matchAll(INSTALLED)].map(
      ([, name = '', version = '', architecture = '']) => {
        return this.#at(
          'var/cache/apt/archives',
          `${name}_${version.replaceAll(':', '%3a')}_${architecture}.deb`,
        );
      },
    );
    // A package that was named by its file is not copied there.
    return [...fetched.filter((file) => existsSync(file)), ...names.filter((name) => name.startsWith('/'))];
  }

  /**
   * The packages of debugging information of these build-ids, as far as the archive has them and says so (deb-control of
   * dbgsym packages: `Build-Ids`), each as `NAME=VERSION`.
   *
   * @throws {RailcarError} `operation-failed`
   */
  async debugPackages(buildIds: readonly string[]): Promise<string[]> {
    const wanted = new Set(buildIds);
    const doing = 'look for packages of debugging information';
    const all = await this.#run(['dumpavail'], doing, 'apt-cache');
    const found = all.split(/\n\n+/).flatMap((text) => {
      // One of a thousand paragraphs has it.
      const [, ids = ''] = /^Build-Ids:(.*)$/m.exec(text) ?? [];
      if (!ids.split(/\s+/).some((id) => wanted.has(id))) return [];
      const [fields = new Map<string, string>()] = readParagraphs(text);
      return [`${fields.get('package')}=${fields.get('version')}`];
    });
    return [...new Set(found)].sort();
  }

  /** Whose packages they are, as the archive's own lists say; null before there are any. */
  distribution(): Distribution | null {
    const lists = this.#at('var/lib/apt/lists');
    const release = readdirSync(lists).find((name) => /_(In)?Release$/.test(name));
    if (release === undefined) return null;
    const text = readFileSync(join(lists, release), 'utf8').replace(
      /^-----BEGIN[^\n]*\n(Hash:[^\n]*\n)?\n/,
      '',
    );
    const [fields = new Map<string, string>()] = readParagraphs(text);
    const origin = fields.get('origin') ?? 'linux';
    // Of 12.5 its packages are of 12, as os-release has it.
    const version = fields.get('version')?.split('.')[0] ?? null;
    return {
      id: origin.toLowerCase(),
      version,
      name: `${origin} ${fields.get('codename') ?? version ?? ''}`.trim(),
    };
  }

  #run(words: readonly string[], doing: string, program = 'apt-get'): Promise<string> {
    const options = {
      Dir: this.#folder,
      'Dir::State::status': this.#at('var/lib/dpkg/status'),
      'APT::Architecture': this.#options.architecture,
      'APT::Architectures': this.#options.architecture,
      'APT::Install-Recommends': 'false',
      'APT::Sandbox::User': '',
      'APT::Get::AllowUnauthenticated': 'false',
      'Acquire::Languages': 'none',
      'Acquire::Retries': '3',
      // Another build may be at it, with the same cache.
      'DPkg::Lock::Timeout': '300',
    };
    const flags = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
    const answers = program === 'apt-get' ? ['--yes'] : [];
    return runProgram(program, [...flags, '-q', ...answers, ...words], { doing, log: this.#options.log });
  }

  #at(...path: string[]): string {
    return join(this.#folder, ...path);
  }
}

/** One-line style (sources.list(5)), with the keys that the archive has to be signed with. */
function sourcesOf({ suite, mirrors, debugMirrors, keyring }: AptOptions): string {
  const release = suite ?? hostSuite();
  const keys = keyring ?? KEYRING;
  if (!existsSync(keys)) {
    throw new RailcarError('operation-failed', `cannot verify packages: there are no keys in "${keys}"`, {
      hint: 'On Debian: apt-get install debian-archive-keyring; elsewhere name a file of keys with deb.keyring.',
    });
  }
  const line = (mirror: string, of: string) =>
    // A whole line is one already.
    /^deb\s/.test(mirror) ? mirror : `deb [signed-by=${keys}] ${mirror} ${of} main`;
  const own = mirrors.length > 0;
  const debug = debugMirrors?.length === 0 && !own ? [DEBUG_MIRROR] : (debugMirrors ?? []);
  const lines = [
    ...(own ? mirrors : [MIRROR]).map((mirror) => line(mirror, release)),
    ...debug.map((mirror) => line(mirror, `${release}-debug`)),
  ];
  return `${lines.join('\n')}\n`;
}

function hostSuite(): string {
  const text = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  const codename = /^VERSION_CODENAME=(\S+)$/m.exec(text)?.[1];
  if (codename !== undefined && /^ID(_LIKE)?=.*debian/m.test(text)) return codename;
  throw new RailcarError('operation-failed', 'cannot choose a release of Debian: this machine is none', {
    hint: 'Name one in the recipe: deb: {suite: bookworm}',
  });
}
