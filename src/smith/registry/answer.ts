import type { IncomingMessage } from 'node:http';
import * as z from 'zod/mini';
import { RailcarError } from '../../errors.ts';

/** Manifests and messages are no larger: distribution-spec asks registries for 4 MiB at least. */
const SMALL = 8 * 1024 * 1024;

/**
 * The whole body of an answer that should be small.
 *
 * @throws {RailcarError} `registry-refused` if it is not
 */
export async function readSmallBytes(answer: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > SMALL) {
      answer.destroy();
      throw new RailcarError('registry-refused', `the answer of the registry is larger than ${SMALL} bytes`);
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
}

export async function readSmall(answer: IncomingMessage): Promise<string> {
  return (await readSmallBytes(answer)).toString('utf8');
}

const errorsSchema = z.object({
  errors: z.array(z.object({ code: z.optional(z.string()), message: z.optional(z.string()) })),
});

/** What the registry says of a request that it did not carry out, on one line, with the status. */
export async function reasonOf(answer: IncomingMessage): Promise<string> {
  const status = `${answer.statusCode} ${answer.statusMessage ?? ''}`.trim();
  const text = await readSmall(answer).catch(() => '');
  const said = messagesOf(text);
  return said === '' ? status : `${said} (${status})`;
}

function messagesOf(text: string): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return '';
  }
  const result = errorsSchema.safeParse(value);
  if (!result.success) return '';
  const messages = result.data.errors.map(({ code, message }) => message || code || '').filter(Boolean);
  // Somebody else's text: nothing in it may move the cursor of a terminal or begin a line.
  return messages
    .join('; ')
    .replaceAll(/\p{Cc}+/gu, ' ')
    .slice(0, 500);
}
