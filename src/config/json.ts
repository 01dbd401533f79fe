import { RailcarError } from '../errors.ts';
import { childPath, joinPath } from './path.ts';
import { positionAt, positionsOf } from './positions.ts';
import { JsonSyntaxError, scanJson } from './scanner.ts';

/** Integers that a number may not hold begin like this; so may a text, which does no harm. */
const longInteger = /[[:,\s]-?\d{16}/;

/**
 * Parses JSON. Integers beyond 2^53 become bigint; members that are null are dropped, since the writers of
 * config.json use null for "not set". The engine's own parser does the work unless the text needs more care than it
 * takes, or is wrong and deserves a precise message. Throws RailcarError.
 */
export function parseJson(text: string, file: string): unknown {
  const value = longInteger.test(text) ? scan(text, file) : parse(text, file);
  if (text.includes('null')) dropNulls(value);
  if (text.includes('\\u0000')) refuseNul(value, text, file, '');
  return value;
}

/** The bytes of a file as text. */
export function decodeText(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new RailcarError('config-syntax', 'is not valid UTF-8', { file, cause });
  }
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return scan(text, file);
  }
}

function scan(text: string, file: string): unknown {
  try {
    return scanJson(text);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    const path = joinPath(error.path);
    throw new RailcarError('config-syntax', path === '' ? error.message : `${path}: ${error.message}`, {
      file,
      position: positionAt(text, error.offset),
      cause: error,
    });
  }
}

function dropNulls(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    if (member !== null) dropNulls(member);
    else if (!Array.isArray(value)) delete (value as Record<string, unknown>)[name];
  }
}

/** C would end the text at the NUL: what was checked would not be what is used. */
function refuseNul(value: unknown, text: string, file: string, path: string): void {
  if (typeof value === 'string' && value.includes('\0')) {
    throw new RailcarError('config-invalid', `${path}: must not contain a NUL character`, {
      file,
      position: positionsOf(text, file).of(path),
    });
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    refuseNul(name, text, file, path);
    refuseNul(member, text, file, childPath(path, Array.isArray(value) ? Number(name) : name));
  }
}
