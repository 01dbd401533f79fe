import { spawn } from 'node:child_process';
import { pipeline, Readable } from 'node:stream';
import { RailcarError } from '../../errors.ts';

export interface ProgramOptions {
  /** What is being done, as in `download packages`. */
  readonly doing: string;
  readonly environment?: NodeJS.ProcessEnv;
  /** The working directory. */
  readonly folder?: string;
  /** What the program only starts: that is whose words they are then. */
  readonly starts?: string;
  /** Standard input; without it, there is none. */
  readonly input?: Readable;
  /** Takes standard output as it comes; without it, it is returned as text. */
  readonly output?: (bytes: Uint8Array) => void;
  readonly log?: (line: string) => void;
  /** What matters of all that it says of errors; null: its last words. */
  readonly gist?: (errors: string) => string | null;
}

/** Of what a program says of errors: its last lines tell most. */
const LINES = 8;
/** What env(1), unshare(1) and shells exit with for a program that is not there. */
const NOT_FOUND = 127;

/**
 * Runs a program of this machine, and gives back what it prints.
 *
 * @throws {RailcarError} `operation-failed` with the program's last words, or with how it can be had
 */
export function runProgram(
  program: string,
  words: readonly string[],
  { doing, environment = process.env, folder, starts, input, output, log, gist }: ProgramOptions,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const refuse = (reason: string, cause?: unknown, hint?: string) =>
      reject(new RailcarError('operation-failed', `cannot ${doing}: ${reason}`, { cause, hint }));
    const child = spawn(program, [...words], {
      stdio: 'pipe',
      cwd: folder,
      env: { ...environment, LC_ALL: 'C.UTF-8' },
    });
    const printed: Uint8Array[] = [];
    let errors = '';
    child.stdout.on('data', (bytes: Uint8Array) => {
      try {
        if (output) output(bytes);
        else printed.push(bytes);
      } catch (error) {
        reject(error);
        child.kill('SIGKILL');
      }
    });
    // A program that has enough closes it; what it says of that counts, not that nobody reads any more.
    pipeline(input ?? Readable.from([]), child.stdin, () => {});
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-16_384);
      if (log) for (const line of text.split('\n').filter(Boolean)) log(`${program}: ${line}`);
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') refuse(`"${program}" is not installed`, error, installHint(program));
      else refuse(`"${program}": ${error.code ?? error.message}`, error);
    });
    child.on('close', (code, signal) => {
      if (code === 0) resolve(Buffer.concat(printed).toString('utf8'));
      else if (starts && code === NOT_FOUND)
        refuse(`"${starts}" is not installed`, undefined, installHint(starts));
      else
        refuse(
          `"${starts ?? program}" ${signal ? `was ended by ${signal}` : `says: ${gist?.(errors) ?? (lastWords(errors) || `exit status ${code}`)}`}`,
        );
    });
  });
}

function lastWords(text: string): string {
  return text
    .split('\n')
    .map((line) => line.replaceAll(/\p{Cc}+/gu, ' ').trim())
    .filter(Boolean)
    .slice(-LINES)
    .join('; ');
}

function installHint(program: string): string {
  if (program === 'mock') return 'Debian does not have it. With "type: rpm" dnf gets the packages.';
  const packages: Readonly<Record<string, string>> = {
    'apt-get': 'apt',
    'dpkg-deb': 'dpkg',
    unshare: 'util-linux',
    xz: 'xz-utils',
  };
  return `On Debian: apt-get install ${packages[program] ?? program}`;
}
