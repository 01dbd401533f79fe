import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { RailcarError } from '../../errors.ts';
import { rebuild } from '../build/rebuild.ts';
import { printPlatform } from '../image/platform.ts';
import { Workspace } from '../image/workspace.ts';
import type { PublicKey } from '../sign/key.ts';
import type { Place } from '../sign/place.ts';
import { predicateTypeOf } from '../sign/statement.ts';
import { type Verified, verifyBundle, verifyImage, verifyStatements } from '../sign/verify.ts';
import { findProvenance } from '../supply/attached.ts';
import { quoteName } from '../tree/name.ts';
import { cacheFolder, progress, registryOptions, sourceDate, warn } from './context.ts';
import { type ImageFlags, namedImage } from './image.ts';
import { publicKey } from './keys.ts';
import { annotationsOf, openPlace } from './place.ts';

export interface VerifyFlags extends ImageFlags {
  readonly key: string | undefined;
  /** A type of signed statements, which are printed, instead of signatures. */
  readonly attestation: string | undefined;
  readonly annotations: string;
  /** A file with a signature of the manifest. */
  readonly bundle: string | undefined;
  readonly 'manifest-only': boolean;
  /** Whether it is built again and compared. */
  readonly rebuild: boolean;
  readonly conf: string;
  readonly dir: string;
  readonly fast: boolean;
}

/**
 * `smith verify IMAGE`: that it is signed by the key, that every byte of it is what was signed, and with `--rebuild` that it
 * is what the recipe builds.
 */
export async function verify(flags: VerifyFlags): Promise<void> {
  const { key: file } = flags;
  if (file === undefined && !flags.rebuild) {
    throw new RailcarError('usage', 'cannot verify without a public key: --key FILE', {
      hint: 'Or with --rebuild, which builds it once more.',
    });
  }
  const key = file === undefined ? null : publicKey(file);
  using workspace = new Workspace();
  await using place = await openPlace(flags, workspace);
  if (key) await verifySigned(place, key, flags);
  if (flags.rebuild) await verifyRebuilt(place, flags, workspace);
  if (flags.attestation === undefined) process.stdout.write(`${place.subject.digest}\n`);
}

async function verifySigned(place: Place, key: PublicKey, flags: VerifyFlags): Promise<void> {
  const verified = await signaturesOf(place, key, flags);
  if (flags.verbose) {
    for (const name of verified.names) process.stderr.write(`smith: ${name}: good\n`);
    for (const line of verified.refused) process.stderr.write(`smith: ${line}\n`);
  }
  if (!flags['manifest-only']) await place.checkContents();
  for (const statement of flags.attestation === undefined ? [] : verified.statements) {
    process.stdout.write(`${JSON.stringify(statement)}\n`);
  }
}

function signaturesOf(place: Place, key: PublicKey, flags: VerifyFlags): Promise<Verified> {
  const { attestation, bundle } = flags;
  if (attestation !== undefined) return verifyStatements(place, key, predicateTypeOf(attestation));
  if (bundle === undefined) return verifyImage(place, key, annotationsOf(flags.annotations));
  let bytes: Buffer;
  try {
    bytes = readFileSync(bundle);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new RailcarError('config-unreadable', `cannot read ${quoteName(bundle)}: ${reason}`, {
      cause: error,
    });
  }
  return verifyBundle(place, key, bytes, `bundle ${quoteName(bundle)}`);
}

/** What lies on this machine is taken as it is; a source in a registry, and packages, as they were then. */
async function verifyRebuilt(place: Place, flags: VerifyFlags, workspace: Workspace): Promise<void> {
  const image = await namedImage(flags, workspace);
  // Of a list the one image is built again, and it is that one's provenance that counts.
  const platform = printPlatform(image.config);
  await using own = await openPlace({ ...flags, platform }, workspace);
  const { digest, differences } = await rebuild(image, await findProvenance(own), {
    conf: flags.conf,
    folder: resolve(flags.dir),
    output: { path: '', tag: '' },
    buildNumber: '',
    time: sourceDate(),
    workspace,
    registry: registryOptions(flags),
    progress: progress(),
    cache: cacheFolder(),
    fast: flags.fast,
    warn,
  });
  if (digest === image.digest) return;
  for (const line of differences) process.stdout.write(`${line}\n`);
  throw new RailcarError(
    'signature-invalid',
    `${place.name} is not what "${flags.conf}" builds: its digest is ${image.digest}, and that of the rebuilt one ${digest}`,
  );
}
