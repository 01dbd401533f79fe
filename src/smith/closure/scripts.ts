import type { FileNode } from '../tree/node.ts';
import type { Tree } from '../tree/tree.ts';
import type { Collector, TakenFile } from './collector.ts';
import type { Problems } from './problems.ts';
import { MAX_SCRIPTS, readEnvCommand, readShebang, type Shebang } from './shebang.ts';

export interface ScriptSettings {
  /** PATH of the image. */
  readonly path: string;
  readonly workingDirectory: string;
}

/** What execvp(3) searches if there is no PATH. */
export const DEFAULT_PATH = '/bin:/usr/bin';

/** Takes what runs a script: the interpreter of its first line, and the command if that is env. */
export class Scripts {
  readonly #tree: Tree;
  readonly #collector: Collector;
  readonly #problems: Problems;
  readonly #settings: ScriptSettings;

  constructor(tree: Tree, collector: Collector, problems: Problems, settings: ScriptSettings) {
    this.#tree = tree;
    this.#collector = collector;
    this.#problems = problems;
    this.#settings = settings;
  }

  /** A file without any x bit is not run by the kernel, whatever its first line says. */
  follow({ path, node, incidental }: TakenFile): void {
    if ((node.mode & 0o111) === 0) return;
    const shebang = readShebang(node.content);
    if (shebang === null) return;
    if (this.#chain(node) > MAX_SCRIPTS) {
      const reason = `more than ${MAX_SCRIPTS} scripts would run each other, and the kernel follows no more`;
      this.#problems.report({ kind: 'nested-scripts', severity: 'error', subject: path, by: null, reason });
      return;
    }
    const { interpreter } = shebang;
    const asked = this.#absolute(interpreter);
    const reason = { kind: 'shebang', by: path, name: interpreter } as const;
    if (!this.#collector.take(asked, reason, { dependency: true })) {
      this.#missing(interpreter, path, incidental, 'the first line asks for it', [asked]);
    } else if (/(^|\/)env$/.test(interpreter)) {
      this.#followEnv(shebang, path, incidental);
    }
  }

  #followEnv({ argument }: Shebang, by: string, incidental: boolean): void {
    const wanted = readEnvCommand(argument);
    if (wanted === null) return;
    const { command } = wanted;
    const places = command.includes('/')
      ? [this.#absolute(command)]
      : (wanted.path ?? this.#settings.path)
          .split(':')
          .map((directory) => this.#absolute(`${directory}/${command}`, directory));
    const place = places.find((candidate) => {
      const { node } = this.#tree.resolve(candidate);
      return node?.kind === 'file' && (node.mode & 0o111) !== 0;
    });
    if (place === undefined) {
      const options =
        argument !== null && /\s/.test(command) ? '; without -S all of the line is one name' : '';
      this.#missing(command, by, incidental, `the first line has env look for it${options}`, places);
      return;
    }
    this.#collector.take(place, { kind: 'command', by, name: command }, { dependency: true });
  }

  /** How many scripts are in a row, from this one on; one too many for a row that never ends. */
  #chain(script: FileNode): number {
    let count = 0;
    for (let node: FileNode | null = script; node !== null && count <= MAX_SCRIPTS; ) {
      const shebang = readShebang(node.content);
      if (shebang === null) break;
      count++;
      const next = this.#tree.resolve(this.#absolute(shebang.interpreter)).node;
      node = next?.kind === 'file' ? next : null;
    }
    return count;
  }

  /** An empty element of PATH is the working directory. */
  #absolute(path: string, directory = path): string {
    if (directory === '') return `${this.#settings.workingDirectory}${path}`;
    return path.startsWith('/') ? path : `${this.#settings.workingDirectory}/${path}`;
  }

  /** Examples and tests of languages that are not installed are in many directories: those are no mistake. */
  #missing(
    subject: string,
    by: string,
    incidental: boolean,
    reason: string,
    searched: readonly string[],
  ): void {
    const severity = incidental ? 'warning' : 'error';
    this.#problems.report({ kind: 'missing-interpreter', severity, subject, by, reason, searched });
  }
}
