import type * as z from 'zod/mini';
import { RailcarError } from '../../errors.ts';
import type { Content } from '../tree/node.ts';
import { verify } from './digest.ts';
import type { Files } from './files.ts';
import { readJson } from './json.ts';
import type { Descriptor } from './schema.ts';

/** Where the blobs of an image are: a layout, or what has been fetched from a registry. */
export interface BlobStore {
  /** For messages. */
  readonly name: string;
  /** Not verified yet; undefined if it is not there. */
  blob(digest: string): Content | undefined;
}

/** The blobs of an OCI layout. */
export function layoutStore(files: Files, name: string): BlobStore {
  return { name, blob: (digest) => files.get(`blobs/${digest.replace(':', '/')}`) };
}

/**
 * A blob that has to be there; its size is checked here, its digest by who reads it.
 *
 * @throws RailcarError `image-invalid`
 */
export function requireBlob(store: BlobStore, { digest, size, urls }: Descriptor): Content {
  const content = store.blob(digest);
  if (content === undefined) {
    const elsewhere = urls?.length ? '; it is to be had elsewhere only, and is not fetched' : '';
    throw new RailcarError(
      'image-invalid',
      `cannot read ${store.name}: blob ${digest} is missing${elsewhere}`,
    );
  }
  if (content.size !== size) {
    throw new RailcarError(
      'image-invalid',
      `cannot use blob ${digest} of ${store.name}: it has ${content.size} bytes and ${size} are promised`,
    );
  }
  return content;
}

/** A document among the blobs, verified. */
export function readDocument<T extends z.ZodMiniType>(
  store: BlobStore,
  descriptor: Descriptor,
  schema: T,
): z.infer<T> {
  const content = requireBlob(store, descriptor);
  const what = `blob ${descriptor.digest} of ${store.name}`;
  if (content.size < 2 ** 24) verify(content, descriptor, what);
  return readJson(content, schema, what);
}
