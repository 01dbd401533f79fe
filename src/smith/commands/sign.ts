import { writeFileSync } from 'node:fs';
import { Workspace } from '../image/workspace.ts';
import { messageBundle } from '../sign/bundle.ts';
import { type FormatChoice, formatsOf } from '../sign/format.ts';
import { signImage } from '../sign/sign.ts';
import type { ImageFlags } from './image.ts';
import { signingKey } from './keys.ts';
import { annotationsOf, openPlace } from './place.ts';

export interface SignFlags extends ImageFlags {
  readonly key: string;
  readonly format: FormatChoice;
  readonly annotations: string;
  /** A file for a signature of the manifest, instead of where the image is. */
  readonly bundle: string | undefined;
}

/** `smith sign IMAGE`: what is signed is the digest of its manifest, and so every byte of it. */
export async function sign(flags: SignFlags): Promise<void> {
  const annotations = annotationsOf(flags.annotations);
  const key = await signingKey(flags.key);
  using workspace = new Workspace();
  await using place = await openPlace(flags, workspace);
  const { digest } = place.subject;
  if (flags.bundle !== undefined) {
    writeFileSync(flags.bundle, `${messageBundle(place.bytes, digest.replace(/^.*:/, ''), key)}\n`);
  } else {
    await signImage(place, key, { formats: formatsOf(flags.format), annotations });
    await place.save();
  }
  process.stdout.write(`${digest}\n`);
}
