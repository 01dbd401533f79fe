import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import draft04 from 'ajv-draft-04';
import { describe, expect, test } from 'vitest';
import { assembleIndex } from '../../../src/smith/image/assemble.ts';
import { layoutFiles } from '../../../src/smith/image/layout-writer.ts';
import { indexSchema, manifestSchema } from '../../../src/smith/image/schema.ts';
import { Workspace } from '../../../src/smith/image/workspace.ts';
import { wholeContent } from '../../../src/smith/tree/content.ts';
import { sampleImage } from './sample.ts';

/** The image specification's own schemas. */
const folder = join(import.meta.dirname, 'schema');
const ajv = new draft04.default({ strict: false, validateFormats: false });
for (const name of readdirSync(folder)) {
  const schema = JSON.parse(readFileSync(join(folder, name), 'utf8'));
  // They refer to each other by the names of their files.
  delete schema.id;
  ajv.addSchema(withoutIds(schema) as object, name);
}

/** `id` within a schema would change what its references are relative to. */
function withoutIds(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutIds);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key, inner]) => key !== 'id' || typeof inner !== 'string');
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutIds(inner)]));
}

function problems(name: string, text: string): unknown {
  const validate = ajv.getSchema(name);
  if (validate === undefined) return 'no such schema';
  return validate(JSON.parse(text)) ? [] : validate.errors;
}

describe('what is written keeps the specification', () => {
  test('layout, index, manifest, configuration', async () => {
    using workspace = new Workspace();
    const bundle = assembleIndex([await sampleImage(workspace)]);
    const files = [
      ...layoutFiles([{ bundle, annotations: { 'org.opencontainers.image.ref.name': 'latest' } }]),
    ];
    const seen: string[] = [];
    for (const [path, content] of files) {
      const text = wholeContent(content).toString('latin1');
      if (!text.startsWith('{')) continue;
      const name =
        path === 'oci-layout'
          ? 'image-layout-schema.json'
          : text.includes('"manifests"')
            ? 'image-index-schema.json'
            : text.includes('"layers":[')
              ? 'image-manifest-schema.json'
              : 'config-schema.json';
      expect([path, problems(name, text)]).toEqual([path, []]);
      seen.push(name);
    }
    expect(new Set(seen).size).toBe(4);
  });

  test('these schemas do find what is wrong', () => {
    expect(problems('image-manifest-schema.json', '{"schemaVersion":2}')).not.toEqual([]);
    expect(problems('image-index-schema.json', '{"schemaVersion":1,"manifests":[]}')).not.toEqual([]);
    expect(problems('config-schema.json', '{"architecture":5}')).not.toEqual([]);
  });

  test('and so do those that smith reads with', () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    const descriptor = { mediaType: 'a/b', digest, size: 1 };
    const manifest = { schemaVersion: 2, config: descriptor, layers: [descriptor] };
    expect(manifestSchema.safeParse(manifest).success).toBe(true);
    expect(problems('image-manifest-schema.json', JSON.stringify(manifest))).toEqual([]);
    for (const change of [
      { digest: 'sha256:short' },
      { size: -1 },
      { size: 1.5 },
      { size: '1' },
      { mediaType: 5 },
    ]) {
      const bad = { ...manifest, config: { ...descriptor, ...change } };
      expect(manifestSchema.safeParse(bad).success).toBe(false);
    }
    expect(indexSchema.safeParse({ schemaVersion: 2, manifests: null }).success).toBe(false);
  });
});
