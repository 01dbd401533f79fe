import { readFileSync } from 'node:fs';
import { RailcarError } from '../../errors.ts';
import { Workspace } from '../image/workspace.ts';
import { type FormatChoice, formatsOf } from '../sign/format.ts';
import type { Place } from '../sign/place.ts';
import { attestImage } from '../sign/sign.ts';
import { predicateTypeOf, predicateTypes } from '../sign/statement.ts';
import { provenanceOf, sbomsOf } from '../supply/attached.ts';
import { quoteName } from '../tree/name.ts';
import { type ImageFlags, namedImage } from './image.ts';
import { signingKey } from './keys.ts';
import { openPlace } from './place.ts';

export interface AttestFlags extends ImageFlags {
  readonly key: string;
  readonly type: string;
  /** A file with a JSON document; without it, what is in the image or beside it. */
  readonly predicate: string | undefined;
  readonly format: FormatChoice;
}

/** `smith attest IMAGE`: signs a statement about an image and puts it where the image is. */
export async function attest(flags: AttestFlags): Promise<void> {
  const predicateType = predicateTypeOf(flags.type);
  const key = await signingKey(flags.key);
  using workspace = new Workspace();
  await using place = await openPlace(flags, workspace);
  const predicate = await predicateOf(flags, predicateType, place, workspace);
  await attestImage(place, key, { predicateType, predicate }, formatsOf(flags.format));
  await place.save();
  process.stdout.write(`${place.subject.digest}\n`);
}

async function predicateOf(
  flags: AttestFlags,
  predicateType: string,
  place: Place,
  workspace: Workspace,
): Promise<unknown> {
  if (flags.predicate !== undefined) return readPredicate(flags.predicate);
  if (predicateType === predicateTypes.provenance) return (await provenanceOf(place)).predicate;
  if (predicateType !== predicateTypes.spdx && predicateType !== predicateTypes.cyclonedx) {
    throw new RailcarError('usage', `what is to be said of type "${flags.type}" is needed: --predicate FILE`);
  }
  const sboms = await sbomsOf(await namedImage(flags, workspace), workspace);
  const found = sboms.find((one) => one.predicateType === predicateType);
  if (found) return found.predicate;
  throw new RailcarError(
    'image-missing',
    `cannot sign the list of contents of ${place.name}: none of type "${flags.type}" is in the image`,
  );
}

function readPredicate(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as unknown;
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'it is not JSON';
    throw new RailcarError('config-unreadable', `cannot read ${quoteName(path)}: ${reason}`, {
      cause: error,
    });
  }
}
