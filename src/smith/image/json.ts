import type * as z from 'zod/mini';
import { RailcarError } from '../../errors.ts';
import { wholeContent } from '../tree/content.ts';
import type { Content } from '../tree/node.ts';

/** 16 MiB: registries stop at 4, and no list of layers needs more. */
const LIMIT = 2 ** 24;

/**
 * A document of an image, checked against its schema.
 *
 * @throws RailcarError `image-invalid`, with the path of what is wrong
 */
export function readJson<T extends z.ZodMiniType>(content: Content, schema: T, what: string): z.infer<T> {
  const fail = (reason: string, cause?: unknown) =>
    new RailcarError('image-invalid', `cannot read ${what}: ${reason}`, { cause });
  if (content.size > LIMIT) throw fail(`${content.size} bytes are absurd`);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(wholeContent(content)));
  } catch (error) {
    throw fail('it is not JSON', error);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue?.path.map(String).join('.') ?? '';
  throw fail(`${place === '' ? 'it' : place}: ${(issue?.message ?? 'not valid').toLowerCase()}`);
}
