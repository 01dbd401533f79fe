import { RailcarError } from '../../errors.ts';
import { type Image, imageTree } from '../image/image.ts';
import type { Workspace } from '../image/workspace.ts';
import { IN_TOTO } from '../sign/envelope.ts';
import type { Place } from '../sign/place.ts';
import { type Statement as InToto, parseStatement, predicateTypes, subjectOf } from '../sign/statement.ts';
import { wholeContent } from '../tree/content.ts';
import type { Statement } from './artifact.ts';
import { sbomFormats, sbomMediaTypes, sbomPlace } from './formats.ts';

/** Something that is known of an image and can be attached to it, as it is or signed. */
export interface Known {
  readonly predicateType: string;
  readonly predicate: unknown;
  readonly statement: Statement;
}

/**
 * The lists of contents that `sbom` of a recipe has put into the image.
 *
 * @throws {RailcarError} `image-missing`
 */
export async function sbomsOf(image: Image, workspace: Workspace): Promise<Known[]> {
  const tree = await imageTree(image, workspace);
  const found = sbomFormats.flatMap((format) => {
    const node = tree.get(sbomPlace(format));
    if (node?.kind !== 'file') return [];
    const bytes = wholeContent(node.content);
    const type = sbomMediaTypes[format];
    return [
      {
        predicateType: predicateTypes[format],
        predicate: JSON.parse(bytes.toString('utf8')) as unknown,
        statement: { artifactType: type, mediaType: type, bytes },
      },
    ];
  });
  if (found.length > 0) return found;
  throw new RailcarError(
    'image-missing',
    `cannot attach what "${image.name}" is made of: no list of it is in the image`,
    { hint: 'A recipe with "sbom: [spdx]" puts one there.' },
  );
}

/** How what an image was built of is attached to it: as an in-toto statement that nobody has signed. */
export function provenanceStatement(bytes: Uint8Array): Statement {
  return {
    artifactType: IN_TOTO,
    mediaType: IN_TOTO,
    bytes,
    annotations: { 'in-toto.io/predicate-type': predicateTypes.provenance },
  };
}

/** The unsigned statement about what it was built of that refers to an image; null if there is none. */
export async function findProvenance(place: Place): Promise<InToto | null> {
  for (const { manifest } of await place.referring((type) => type === IN_TOTO)) {
    for (const layer of manifest.layers) {
      const statement = parseStatement(await place.blob(layer));
      const isOf = subjectOf(statement, place.subject.digest) !== undefined;
      if (isOf && statement.predicateType === predicateTypes.provenance) return statement;
    }
  }
  return null;
}

/** @throws {RailcarError} `image-missing` if there is none */
export async function provenanceOf(place: Place): Promise<InToto> {
  const found = await findProvenance(place);
  if (found) return found;
  throw new RailcarError(
    'image-missing',
    `cannot say what ${place.name} was built of: nothing that says it is there`,
    {
      hint: 'A recipe with "provenance: true" puts it beside the image.',
    },
  );
}
