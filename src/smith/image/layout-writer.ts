import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { RailcarError } from '../../errors.ts';
import type { NewEntry } from '../tar/writer.ts';
import { memoryContent, passingChunks } from '../tree/content.ts';
import { compareNames, quoteName } from '../tree/name.ts';
import type { Content } from '../tree/node.ts';
import type { Bundle } from './assemble.ts';
import { compressor } from './compress.ts';
import { archiveOf } from './layer-writer.ts';
import { mediaTypes } from './media-types.ts';
import type { Descriptor } from './schema.ts';

/** Something that index.json names. */
export interface NamedBundle {
  readonly bundle: Bundle;
  /** Of its descriptor in index.json: `org.opencontainers.image.ref.name` and others. */
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  /** Full names, `registry/name:tag`, for Docker. */
  readonly repoTags?: readonly string[] | undefined;
}

export interface LayoutOptions {
  /** A directory, or an archive of one. */
  readonly form: 'directory' | 'tar' | 'tar.gz';
  /** Blobs that no image needs, and that are kept for whoever knows their digest. */
  readonly extra?: ReadonlyMap<string, Content> | undefined;
}

/**
 * The files of an OCI layout, in the order in which they are written. Of a single image the archive is also one that
 * `docker load` takes: manifest.json says which blobs it is made of.
 */
export function layoutFiles(
  named: readonly NamedBundle[],
  extra: ReadonlyMap<string, Content> = new Map(),
): Map<string, Content> {
  const blobs = new Map([...extra, ...named.flatMap(({ bundle }) => [...bundle.blobs])]);
  const files = new Map<string, Content>();
  for (const digest of [...blobs.keys()].sort(compareNames)) {
    const content = blobs.get(digest);
    if (content !== undefined) files.set(blobPath(digest), content);
  }
  const json = (value: unknown) => memoryContent(JSON.stringify(value));
  files.set(
    'index.json',
    json({ schemaVersion: 2, mediaType: mediaTypes.index, manifests: named.map(described) }),
  );
  // What refers to an image is none itself.
  const loaded = named.filter(({ bundle }) => !bundle.descriptor.artifactType);
  if (loaded.every(({ bundle }) => bundle.images.length === 1)) {
    const entries = named.flatMap(({ bundle, repoTags }) =>
      bundle.images.map(({ config, layers }) => ({
        Config: blobPath(config.digest),
        RepoTags: repoTags?.length ? repoTags : null,
        Layers: layers.map(({ digest }) => blobPath(digest)),
      })),
    );
    files.set('manifest.json', json(entries));
  }
  files.set('oci-layout', json({ imageLayoutVersion: '1.0.0' }));
  return files;
}

/**
 * Writes a layout to `path`, in place of a file that is there; a directory must not be there. Until all is written
 * nothing is at `path`, and after a failure nothing is left.
 *
 * @throws RailcarError `operation-failed`
 */
export async function writeLayout(
  path: string,
  named: readonly NamedBundle[],
  { form, extra }: LayoutOptions,
): Promise<void> {
  await writeFiles(path, layoutFiles(named, extra), form);
}

/** The same, of a layout whose files are known. */
export async function writeFiles(
  place: string,
  files: Map<string, Content>,
  form: LayoutOptions['form'],
): Promise<void> {
  const path = place.replace(/(?<=.)\/+$/, '');
  const draft = `${path}.${randomBytes(4).toString('hex')}.partial`;
  try {
    if (form === 'directory') writeDirectory(draft, files);
    else await writeArchive(draft, files, form === 'tar' ? 'none' : 'gzip');
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (error instanceof RailcarError) throw error;
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new RailcarError('operation-failed', `cannot write image ${quoteName(path)}: ${reason}`, {
      cause: error,
    });
  }
}

/** By the name: `x/` is a directory. */
export function formOf(path: string): LayoutOptions['form'] {
  return path.endsWith('/') ? 'directory' : path.endsWith('.tar') ? 'tar' : 'tar.gz';
}

/** Where a blob is in a layout. */
export function blobPath(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}

function described({ bundle: { descriptor }, annotations }: NamedBundle): Descriptor {
  if (annotations === undefined) return descriptor;
  const entries = Object.entries(annotations).sort(([a], [b]) => (a < b ? -1 : 1));
  return { ...descriptor, annotations: Object.fromEntries(entries) };
}

async function writeArchive(
  path: string,
  files: Map<string, Content>,
  compression: 'none' | 'gzip',
): Promise<void> {
  const descriptor = openSync(path, 'wx');
  try {
    const out = compressor(compression, (chunk) => writeAll(descriptor, chunk), levelFor(files));
    for (const chunk of archiveOf(entriesOf(files))) await out.write(chunk);
    await out.end();
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Compressing what is compressed costs time and saves nothing. */
function levelFor(files: Map<string, Content>): 0 | 6 {
  let plain = 0;
  let all = 0;
  for (const content of files.values()) {
    all += content.size;
    if (!/^(1f8b|28b52ffd)/.test(Buffer.from(content.read(0, 4)).toString('hex'))) plain += content.size;
  }
  return plain > all / 4 ? 6 : 0;
}

function* entriesOf(files: Map<string, Content>): Generator<{ entry: NewEntry; content?: Content }> {
  const made = new Set<string>();
  for (const [path, content] of files) {
    for (const directory of parentsOf(path)) {
      if (!made.has(directory)) yield { entry: { kind: 'directory', path: directory, mode: 0o755 } };
      made.add(directory);
    }
    yield { entry: { kind: 'file', path, mode: 0o644, size: content.size }, content };
  }
}

function parentsOf(path: string): string[] {
  const names = path.split('/').slice(0, -1);
  return names.map((_, index) => names.slice(0, index + 1).join('/'));
}

function writeDirectory(folder: string, files: Map<string, Content>): void {
  mkdirSync(folder);
  for (const [path, content] of files) {
    for (const parent of parentsOf(path)) mkdirSync(join(folder, parent), { recursive: true });
    const descriptor = openSync(join(folder, path), 'wx');
    try {
      for (const chunk of passingChunks(content)) writeAll(descriptor, chunk);
    } finally {
      closeSync(descriptor);
    }
  }
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at, bytes.length - at);
}
