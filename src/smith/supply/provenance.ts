import { printPlatform } from '../image/platform.ts';
import type { Platform } from '../image/schema.ts';
import type { Distribution } from '../packages/distribution.ts';
import type { Package } from '../packages/package.ts';
import type { Recipe } from '../recipe/schema.ts';
import { purlOf } from './purl.ts';

/** Something that an image was built of, as in-toto has it (ResourceDescriptor): a name or a URI, and digests where known. */
export interface Material {
  readonly name?: string;
  readonly uri?: string;
  readonly digest?: Readonly<Record<string, string>>;
}

export interface BuildFacts {
  readonly recipe: Recipe;
  readonly platform: Platform;
  /** Of everything in the image, in seconds since 1970. */
  readonly time: number;
  readonly materials: readonly Material[];
  /** Of smith. */
  readonly version: string;
  readonly commit: string;
  /** RFC 3339; only if they are asked for: two builds have other ones. */
  readonly period?: { readonly startedOn: string; readonly finishedOn: string } | undefined;
}

const BUILDER = 'https://railcar.invalid/smith';

/**
 * A predicate of SLSA provenance v1 (https://slsa.dev/spec/v1.0/provenance). Equal builds give equal predicates: nothing is
 * said of the machine.
 */
export function provenancePredicate(facts: BuildFacts): object {
  const { recipe, platform, time, materials, version, commit, period } = facts;
  return {
    buildDefinition: {
      buildType: `${BUILDER}/build/v1`,
      externalParameters: {
        recipe: withoutSecrets(recipe),
        platform: printPlatform(platform),
        sourceDateEpoch: time,
      },
      internalParameters: {},
      resolvedDependencies: inOrder(materials.map(withoutSecrets)),
    },
    runDetails: {
      builder: { id: BUILDER, version: { smith: version, commit } },
      ...(period ? { metadata: period } : {}),
    },
  };
}

/** By the name that scanners know, too. */
export function packageMaterial(one: Package, distribution: Distribution | null): Material {
  const { sha256 } = one;
  return { name: one.name, uri: purlOf(one, distribution), ...(sha256 ? { digest: { sha256 } } : {}) };
}

/** What is the same thing in two builds, whatever its digest: a package of any version, a file of that name. */
export function identityOfMaterial({ name, uri }: Material): string {
  return uri?.startsWith('pkg:') ? uri.replace(/@[^?]*/, '') : (name ?? uri ?? '');
}

function inOrder(materials: readonly Material[]): Material[] {
  const key = ({ name = '', uri = '', digest = {} }: Material) => JSON.stringify([name, uri, digest]);
  const unique = new Map(materials.map((one) => [key(one), one]));
  return [...unique].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

/** URLs in a recipe may have a password. */
export function withoutSecrets<T>(value: T): T {
  return JSON.parse(JSON.stringify(value).replaceAll(/([a-z][a-z0-9+.-]*:\/\/)[^\s/"@]*@/gi, '$1')) as T;
}
