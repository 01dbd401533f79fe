import * as z from 'zod/mini';
import { RailcarError } from '../../errors.ts';
import { type Image, readImage } from '../image/image.ts';
import type { Statement } from '../sign/statement.ts';
import { identityOfMaterial, type Material, withoutSecrets } from '../supply/provenance.ts';
import { type BuildRequest, buildImage } from './build.ts';
import { differences } from './differences.ts';
import type { Pins } from './source.ts';

/** As much of a predicate as a rebuild can go by. */
const predicateSchema = z.looseObject({
  buildDefinition: z.looseObject({
    externalParameters: z.looseObject({ sourceDateEpoch: z.optional(z.number()) }),
    resolvedDependencies: z.optional(
      z.array(
        z.looseObject({
          name: z.optional(z.string()),
          uri: z.optional(z.string()),
          digest: z.optional(z.record(z.string(), z.string())),
        }),
      ),
    ),
  }),
});

export interface Rebuilt {
  readonly digest: string;
  /** Empty: it is the same image. */
  readonly differences: readonly string[];
}

/**
 * Builds an image once more, of what its provenance says that it was built of, as far as that can still be had, and says
 * in what the outcome differs.
 *
 * @throws {RailcarError} `image-invalid` for a provenance that cannot be read, and whatever a build throws
 */
export async function rebuild(
  image: Image,
  provenance: Statement | null,
  request: BuildRequest,
): Promise<Rebuilt> {
  const { materials, time } = provenance === null ? { materials: [], time: null } : readPredicate(provenance);
  const built = await buildImage({
    ...request,
    time: time ?? request.time,
    pins: pinsOf(materials),
    provenance: true,
  });
  const { bundle } = built;
  const { digest } = bundle.descriptor;
  if (digest === image.digest) return { digest, differences: [] };
  const store = { name: 'the rebuilt image', blob: (of: string) => bundle.blobs.get(of) };
  const lines = await differences(image, readImage(store, bundle.descriptor), request.workspace);
  return { digest, differences: [...otherMaterials(materials, built.materials), ...lines] };
}

function readPredicate({ predicate }: Statement): { materials: Material[]; time: number | null } {
  const parsed = predicateSchema.safeParse(predicate);
  if (!parsed.success) {
    throw new RailcarError(
      'image-invalid',
      'cannot read what the image was built of: it is no provenance of SLSA 1.0',
    );
  }
  const { resolvedDependencies = [], externalParameters } = parsed.data.buildDefinition;
  const materials = resolvedDependencies.map(({ name, uri, digest }) => ({
    ...(name === undefined ? {} : { name }),
    ...(uri === undefined ? {} : { uri }),
    ...(digest === undefined ? {} : { digest }),
  }));
  return { materials, time: externalParameters.sourceDateEpoch ?? null };
}

/** Packages that were fetched have a digest; those of an image come with it. */
export function pinsOf(materials: readonly Material[]): Pins {
  const packages = new Map<string, string>();
  for (const { name, uri = '', digest } of materials) {
    const [, version] = /^pkg:(?:deb|rpm)\/[^@?]*@([^?]*)/.exec(uri) ?? [];
    if (name !== undefined && version !== undefined && digest)
      packages.set(name, decodeURIComponent(version));
  }
  const image = materials.find(({ uri, digest }) => /^https?:/.test(uri ?? '') && digest?.sha256);
  return { image: image ? `sha256:${image.digest?.sha256}` : null, packages };
}

function otherMaterials(then: readonly Material[], now: readonly Material[]): string[] {
  if (then.length === 0) return [];
  const [a, b] = [then, now].map(
    (all) =>
      new Map(
        withoutSecrets(all).map((one) => [
          identityOfMaterial(one),
          JSON.stringify(one.digest ?? one.uri ?? {}),
        ]),
      ),
  ) as [Map<string, string>, Map<string, string>];
  const lines: string[] = [];
  for (const name of new Set([...a.keys(), ...b.keys()])) {
    const [before, after] = [a.get(name), b.get(name)];
    if (before === after) continue;
    lines.push(`built of ${JSON.stringify(name)}: ${before ?? 'not'} then, ${after ?? 'not'} now`);
  }
  return lines;
}
