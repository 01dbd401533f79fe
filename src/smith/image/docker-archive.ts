import { RailcarError } from '../../errors.ts';
import { wholeContent } from '../tree/content.ts';
import type { Content } from '../tree/node.ts';
import type { Choice } from './choose.ts';
import { digestOf, verify } from './digest.ts';
import type { Files } from './files.ts';
import { type Image, matched } from './image.ts';
import { readJson } from './json.ts';
import { fits, printPlatform } from './platform.ts';
import { configSchema, dockerArchiveSchema } from './schema.ts';

/**
 * An image of a `docker save` archive: manifest.json names the configuration, whose own name is its digest, and the
 * layers, which the configuration vouches for. Both forms: a folder for each layer, and (Docker 25) blobs/sha256.
 *
 * @throws RailcarError `image-missing`, `image-invalid`
 */
export function dockerImage(files: Files, manifest: Content, name: string, { tag, platform }: Choice): Image {
  const entries = readJson(manifest, dockerArchiveSchema, `manifest.json of ${name}`);
  const wanted = entries.filter(
    ({ RepoTags }) => tag === undefined || RepoTags?.some((full) => isTagged(full, tag)),
  );
  const [entry, ...more] = wanted;
  const tags = entries.flatMap(({ RepoTags }) => RepoTags ?? []).join(', ') || '(none)';
  if (entry === undefined) {
    const reason =
      tag === undefined
        ? 'there is no image in it'
        : `no image in it has the tag "${tag}"; there are: ${tags}`;
    throw new RailcarError('image-missing', `cannot read ${name}: ${reason}`);
  }
  if (more.length > 0) {
    throw new RailcarError(
      'image-missing',
      `cannot choose from ${name}: there are several images, with the tags ${tags}`,
      {
        hint: 'Say which: FILE:TAG.',
      },
    );
  }
  const configContent = required(files, entry.Config, name);
  const digest = digestOfName(entry.Config);
  if (digest !== null) verify(configContent, { digest }, `configuration ${entry.Config} of ${name}`);
  const config = readJson(configContent, configSchema, `configuration ${entry.Config} of ${name}`);
  if (platform !== undefined && !fits(config, platform)) {
    throw new RailcarError(
      'image-missing',
      `cannot choose from ${name}: there is no image for ${printPlatform(platform)}, only for ${printPlatform(config)}`,
    );
  }
  const paths = entry.Layers ?? [];
  const diffIds = matched(name, config, paths.length);
  const layers = paths.map((path, index) => ({
    descriptor: null,
    diffId: diffIds[index] ?? '',
    content: required(files, path, name),
  }));
  return {
    name,
    digest: digest ?? digestOf(wholeContent(configContent)),
    manifest: null,
    manifestContent: null,
    config,
    configContent,
    layers,
  };
}

/** `registry/name:tag` by `tag`, by `name:tag` or whole. */
function isTagged(full: string, tag: string): boolean {
  return full === tag || full.endsWith(`:${tag}`) || full.endsWith(`/${tag}`);
}

/** `HEX.json`, or `blobs/sha256/HEX`. */
function digestOfName(path: string): string | null {
  const hex = /(?:^|\/)([a-f0-9]{64})(?:\.json)?$/.exec(path)?.[1];
  return hex === undefined ? null : `sha256:${hex}`;
}

function required(files: Files, path: string, name: string): Content {
  const content = files.get(path);
  if (content === undefined)
    throw new RailcarError('image-invalid', `cannot read ${name}: "${path}" is missing`);
  return content;
}
