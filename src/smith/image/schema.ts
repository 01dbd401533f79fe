import * as z from 'zod/mini';

/**
 * The image specification's documents, as far as smith reads them. What it does not know is kept, so that a document
 * can be written again; null stands for "nothing" in what Go programs write.
 */
const texts = z.record(z.string(), z.string());
const size = z.number().check(z.int(), z.nonnegative());
const digest = z.string().check(z.regex(/^(sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$/));

export const platformSchema = z.looseObject({
  architecture: z.string(),
  os: z.string(),
  variant: z.nullish(z.string()),
  'os.version': z.nullish(z.string()),
});

export const descriptorSchema = z.looseObject({
  mediaType: z.string(),
  digest,
  size,
  urls: z.nullish(z.array(z.string())),
  annotations: z.nullish(texts),
  platform: z.nullish(platformSchema),
  artifactType: z.nullish(z.string()),
});

export const indexSchema = z.looseObject({
  schemaVersion: z.literal(2),
  mediaType: z.nullish(z.string()),
  manifests: z.array(descriptorSchema),
  annotations: z.nullish(texts),
});

export const manifestSchema = z.looseObject({
  schemaVersion: z.literal(2),
  mediaType: z.nullish(z.string()),
  artifactType: z.nullish(z.string()),
  config: descriptorSchema,
  layers: z.array(descriptorSchema),
  subject: z.nullish(descriptorSchema),
  annotations: z.nullish(texts),
});

const emptyObjects = z.record(z.string(), z.looseObject({}));

/** `config` of an image's configuration: what a container of it is started with (config.md). */
export const executionSchema = z.looseObject({
  User: z.nullish(z.string()),
  ExposedPorts: z.nullish(emptyObjects),
  Env: z.nullish(z.array(z.string())),
  Entrypoint: z.nullish(z.array(z.string())),
  Cmd: z.nullish(z.array(z.string())),
  Volumes: z.nullish(emptyObjects),
  WorkingDir: z.nullish(z.string()),
  Labels: z.nullish(texts),
  StopSignal: z.nullish(z.string()),
  ArgsEscaped: z.nullish(z.boolean()),
});

/** How a layer came to be, for people who look at images; `empty_layer` is of a step that made none. */
const historySchema = z.looseObject({
  created: z.nullish(z.string()),
  created_by: z.nullish(z.string()),
  comment: z.nullish(z.string()),
  empty_layer: z.nullish(z.boolean()),
});

export const configSchema = z.looseObject({
  created: z.nullish(z.string()),
  author: z.nullish(z.string()),
  architecture: z.string(),
  os: z.string(),
  variant: z.nullish(z.string()),
  config: z.nullish(executionSchema),
  rootfs: z.looseObject({ type: z.literal('layers'), diff_ids: z.nullish(z.array(digest)) }),
  history: z.nullish(z.array(historySchema)),
});

/** oci-layout (image-layout.md). */
export const layoutSchema = z.looseObject({ imageLayoutVersion: z.string().check(z.regex(/^1\.0\./)) });

/** manifest.json of `docker save`. */
export const dockerArchiveSchema = z.array(
  z.looseObject({
    Config: z.string(),
    RepoTags: z.nullish(z.array(z.string())),
    Layers: z.nullish(z.array(z.string())),
  }),
);

export type Platform = z.infer<typeof platformSchema>;
export type Descriptor = z.infer<typeof descriptorSchema>;
export type Index = z.infer<typeof indexSchema>;
export type Manifest = z.infer<typeof manifestSchema>;
export type History = z.infer<typeof historySchema>;
export type Execution = z.infer<typeof executionSchema>;
export type ImageConfig = z.infer<typeof configSchema>;
