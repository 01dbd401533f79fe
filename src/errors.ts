/**
 * Every way in which railcar refuses or fails. `docs/errors.md` has a section for each code, with causes and
 * remedies; `test/tidy.test.ts` holds the two together. A code that is no longer used moves to `retiredCodes`.
 */
export const errorCodes = {
  usage: 'the command line is wrong',
  'config-unreadable': 'config.json or another input file cannot be read',
  'config-syntax': 'an input file is not JSON',
  'config-invalid': 'config.json is JSON but not a valid configuration',
  'config-unsupported': 'config.json asks for something that railcar does not do',
  'host-unsupported': 'config.json asks for something that this kernel or host does not have',
  'root-invalid': 'the directory given by --root cannot hold containers',
  'id-invalid': 'the container id has characters that are not allowed',
  'container-exists': 'the container id is in use',
  'container-missing': 'there is no container of this id',
  'container-not-running': 'the command needs a running container',
  'container-not-stopped': 'the command needs a stopped container',
  'container-not-created': 'the command needs a created container that has not been started',
  'container-not-paused': 'the command needs a paused container',
  'container-locked': 'another command works on the same container',
  'state-unreadable': "the container's record is damaged or of a newer version",
  'executable-missing': 'the program to run is not in the container',
  'executable-refused': 'the program to run cannot be executed',
  'elf-invalid': 'a program, library or cache of the loader is damaged',
  'closure-incomplete': 'what an image needs to run is missing or excluded',
  'operation-failed': 'a step of the plan failed on this host',
  'checkpoint-failed': 'CRIU could not write or read an image of the container',
  'image-unreadable': 'the directory of an image lacks what checkpoint writes',
  'image-invalid': 'a container image or an archive is damaged, hostile or breaks its format',
  'registry-refused': 'a registry did not do what it was asked for',
  'registry-unreachable': 'a registry did not answer',
  'image-missing': 'there is no such container image, tag or platform',
  'key-invalid': 'a key cannot be read, is of another kind, or its password is wrong',
  'signature-invalid': 'an image is not signed by that key, or is not what its recipe builds',
  'hook-failed': 'a hook failed or took too long',
  'process-died': 'a process of railcar died before it could say why',
  'plan-refused': 'launcher and Node layer do not understand each other',
  internal: 'a mistake in railcar itself',
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** Codes of earlier releases, kept so that their meaning can be looked up. */
export const retiredCodes: readonly string[] = [];

/** A place in an input file; both numbers count from 1, columns in characters. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface ErrorDetails {
  /** What railcar exits with; 1 where nothing is said, and `exec` makes 255 of that. */
  readonly exitStatus?: number | undefined;
  /** Where in `file` the cause lies. */
  readonly file?: string | undefined;
  readonly position?: Position | null | undefined;
  /** What the user can do about it: a sentence of its own, printed on a second line of standard error only. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/** The one class of errors that are meant for the user. Anything else that is thrown is a mistake in railcar. */
export class RailcarError extends Error {
  override readonly name = 'RailcarError';
  readonly code: ErrorCode;
  readonly exitStatus: number | null;
  readonly position: Position | null;
  readonly hint: string | null;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(located(message, details), { cause: details.cause });
    this.code = code;
    this.exitStatus = details.exitStatus ?? null;
    this.position = details.position ?? null;
    this.hint = details.hint ?? null;
  }
}

function located(message: string, { file, position }: ErrorDetails): string {
  if (file === undefined) return message;
  return position ? `${file}:${position.line}:${position.column}: ${message}` : `${file}: ${message}`;
}
