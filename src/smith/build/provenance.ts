import { buildInfo } from '../../build-info.ts';
import type { Bundle } from '../image/assemble.ts';
import { predicateTypes, statementText } from '../sign/statement.ts';
import { artifactOf } from '../supply/artifact.ts';
import { provenanceStatement } from '../supply/attached.ts';
import { provenancePredicate } from '../supply/provenance.ts';
import type { BuildRequest, Built } from './build.ts';

/** What an image was built of, as a manifest beside it that refers to it: in the image it would change what it speaks of. */
export function provenanceBundle(built: Built, { time, period }: BuildRequest): Bundle {
  const { bundle, recipe, platform, materials } = built;
  const { version, commit } = buildInfo;
  const facts = { recipe, platform, time, materials, version, commit, period: period?.() };
  const { digest } = bundle.descriptor;
  const text = statementText(digest, predicateTypes.provenance, provenancePredicate(facts));
  const { referrer, content, blobs } = artifactOf(bundle.descriptor, provenanceStatement(Buffer.from(text)));
  return {
    descriptor: referrer,
    blobs: new Map([
      ...blobs.map((blob) => [blob.descriptor.digest, blob.content] as const),
      [referrer.digest, content],
    ]),
    images: [],
  };
}
