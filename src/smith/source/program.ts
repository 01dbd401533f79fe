import { spawn } from 'node:child_process';
import { RailcarError } from '../../errors.ts';

export interface ProgramOptions {
  /** What is being done, as in `download packages`. */
  readonly doing: string;
  readonly environment?: NodeJS.ProcessEnv;
  /** Takes standard output as it comes; without it, it is returned as text. */
  readonly output?: (bytes: Uint8Array) => void;
  readonly log?: (line: string) => void;
}

/** Of what a program says of errors: its last lines tell most. */
const LINES = 8;

/**
 * Runs a program of this machine with standard input empty, and gives back what it prints.
 *
 * @throws {RailcarError} `operation-failed` with the program's last words, or with how it can be had
 */
export function runProgram(
  program: string,
  words: readonly string[],
  { doing, environment = process.env, output, log }: ProgramOptions,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const refuse = (reason: string, cause?: unknown, hint?: string) =>
      reject(new RailcarError('operation-failed', `cannot ${doing}: ${reason}`, { cause, hint }));
    const child = spawn(program, [...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...environment, LC_ALL: 'C.UTF-8' },
    });
    const printed: Uint8Array[] = [];
    let errors = '';
    child.stdout.on('data', (bytes: Uint8Array) => (output ? output(bytes) : printed.push(bytes)));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-16_384);
      if (log) for (const line of text.split('\n').filter(Boolean)) log(`${program}: ${line}`);
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT')
        refuse(`"${program}" is not installed`, error, `On Debian: apt-get install ${packageOf(program)}`);
      else refuse(`"${program}": ${error.code ?? error.message}`, error);
    });
    child.on('close', (code, signal) => {
      if (code === 0) resolve(Buffer.concat(printed).toString('utf8'));
      else
        refuse(
          `"${program}" ${signal ? `was ended by ${signal}` : `says: ${lastWords(errors) || `exit status ${code}`}`}`,
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

function packageOf(program: string): string {
  const packages: Readonly<Record<string, string>> = {
    'apt-get': 'apt',
    'dpkg-deb': 'dpkg',
    rpm2cpio: 'rpm2cpio',
  };
  return packages[program] ?? program;
}
