import * as z from 'zod/mini';
import { sbomFormats } from '../supply/formats.ts';

/**
 * The keys of smith.yaml as they are written: those of Oracle's smith (its config.go), and what is new. `docs/smith.md`
 * explains each. Every scalar is a text by then (yaml.ts).
 */

const text = z.string();
const texts = z.array(text);
const map = z.record(z.string(), text);

const trueWords = ['true', 'True', 'TRUE', 'yes', 'on', 'y'] as const;
const falseWords = ['false', 'False', 'FALSE', 'no', 'off', 'n'] as const;
/** YAML 1.1 had all of these, and so had the original. */
const truth = z.pipe(
  z.enum([...trueWords, ...falseWords]),
  z.transform((word) => (trueWords as readonly string[]).includes(word)),
);

export const sourceTypes = ['mock', 'rpm', 'deb', 'oci', 'dir'] as const;
export type SourceType = (typeof sourceTypes)[number];

const mock = z.strictObject({
  config: z.optional(text),
  'pre-build': z.optional(text),
  'post-build': z.optional(text),
  deps: z.optional(texts),
  debuginfo: z.optional(truth),
  debugdeps: z.optional(texts),
  debugpaths: z.optional(texts),
});

const rpm = z.strictObject({
  repos: z.optional(texts),
  keys: z.optional(texts),
  releasever: z.optional(text),
  deps: z.optional(texts),
  gpgcheck: z.optional(truth),
  debuginfo: z.optional(truth),
});

const deb = z.strictObject({
  suite: z.optional(text),
  mirrors: z.optional(texts),
  deps: z.optional(texts),
  keyring: z.optional(text),
  debuginfo: z.optional(truth),
  debugmirrors: z.optional(texts),
});

export const recipeSchema = z.strictObject({
  type: z.optional(z.enum(sourceTypes)),
  package: z.optional(text),
  paths: z.optional(texts),
  excludes: z.optional(texts),
  parent: z.optional(text),
  nss: z.optional(truth),
  root: z.optional(truth),
  user: z.optional(text),
  groups: z.optional(texts),
  mounts: z.optional(texts),
  entrypoint: z.optional(texts),
  cmd: z.optional(texts),
  dir: z.optional(text),
  env: z.optional(texts),
  labels: z.optional(map),
  ports: z.optional(z.record(z.string(), z.nullable(z.strictObject({})))),
  mock: z.optional(mock),

  rpm: z.optional(rpm),
  deb: z.optional(deb),
  optional: z.optional(texts),
  missing: z.optional(texts),
  force: z.optional(truth),
  loads: z.optional(z.record(z.string(), texts)),
  mentioned: z.optional(truth),
  dlopen: z.optional(
    z.union(
      [truth, z.enum(['required', 'recommended', 'suggested'])],
      'must be true, false, or the least priority: "required", "recommended" or "suggested"',
    ),
  ),
  gconv: z.optional(z.union([truth, texts], 'must be true, false or a list of character sets')),
  hwcaps: z.optional(truth),
  debuginfo: z.optional(truth),
  sbom: z.optional(z.array(z.enum(sbomFormats))),
  provenance: z.optional(truth),
  platform: z.optional(text),
  layers: z.optional(z.enum(['one', 'package'])),
  compression: z.optional(z.enum(['gzip', 'zstd'])),
  stopsignal: z.optional(text),
  annotations: z.optional(map),
  prefix: z.optional(text),
});

export type Recipe = z.infer<typeof recipeSchema>;

/** The keys that a map may have at a path of the file, or null where any will do. */
export const knownKeys: Readonly<Record<string, readonly string[]>> = {
  '': Object.keys(recipeSchema.shape),
  mock: Object.keys(mock.shape),
  rpm: Object.keys(rpm.shape),
  deb: Object.keys(deb.shape),
};
