import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A launcher whose Node layer does what a script says (native/test/fake-layer.cjs). */
export const launcher = join(root, 'build/test/railcar');
export const library = join(root, 'build/test/lib');

/** Test files run side by side, and one must not execute what another is linking. */
export function buildLauncher(): void {
  const make = ['make', '-s', '-C', join(root, 'native'), 'test-launcher'];
  execFileSync('flock', [join(root, 'native/Makefile'), ...make], { stdio: ['ignore', 'ignore', 'pipe'] });
}

export interface Outcome {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Options {
  readonly input?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Called with the pid once it runs. */
  readonly during?: (pid: number) => void;
}

/** A directory for one test, and the means to run the launcher with the body of a Command as its Node layer. */
export class Bench implements Disposable {
  readonly path = mkdtempSync('/tmp/railcar-launcher-');
  #scripts = 0;

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  /** A file of the bench. */
  file(name: string): string {
    return join(this.path, name);
  }

  /** `body` sees request, hands, transport and dir. */
  script(body: string): string {
    this.#scripts += 1;
    const path = this.file(`layer-${this.#scripts}.mjs`);
    const dir = JSON.stringify(this.path);
    writeFileSync(
      path,
      `const dir = ${dir};\nexport default async (request, hands, transport) => {\n${body}\n};\n`,
    );
    return path;
  }

  run(body: string, options: Options = {}): Promise<Outcome> {
    return finished(launcher, [this.script(body)], options);
  }
}

export function finished(command: string, args: readonly string[], options: Options = {}): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: options.cwd, env: options.env ?? process.env, stdio: 'pipe' });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (data) => {
      stdout += data;
    });
    child.stderr.on('data', (data) => {
      stderr += data;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
    if (child.pid !== undefined) options.during?.(child.pid);
  });
}
