import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Workspace } from '../../../src/smith/image/workspace.ts';
import { parseRemote } from '../../../src/smith/registry/remote.ts';
import { BUNDLE, messageBundle } from '../../../src/smith/sign/bundle.ts';
import { newKeyPair, readPublicKey, readSigningKey, type SigningKey } from '../../../src/smith/sign/key.ts';
import type { Place } from '../../../src/smith/sign/place.ts';
import { registryPlace } from '../../../src/smith/sign/registry-place.ts';
import { attestImage, signImage } from '../../../src/smith/sign/sign.ts';
import { verifyBundle, verifyImage, verifyStatements } from '../../../src/smith/sign/verify.ts';
import { wholeContent } from '../../../src/smith/tree/content.ts';
import { sampleImage } from '../image/sample.ts';
import { TestRegistry } from '../registry/server.ts';

const both = { formats: ['tag', 'bundle'], annotations: {} } as const;
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

async function newKey(name: string): Promise<SigningKey> {
  return readSigningKey(newKeyPair(null).private, name, async () => '');
}

const key = await newKey('"mine"');
const other = await newKey('"other"');

describe.each([true, false])('signatures in a registry (that lists referrers: %s)', (referrers) => {
  let server: TestRegistry;
  let workspace: Workspace;
  let host: string;
  let digest: string;
  const places: Place[] = [];

  beforeEach(async () => {
    server = new TestRegistry({ referrers });
    workspace = new Workspace();
    host = await server.listen();
    digest = await push('one', 'linux');
  });

  afterEach(async () => {
    for (const place of places.splice(0)) await place[Symbol.asyncDispose]();
    workspace.close();
    await server.close();
  });

  async function push(tag: string, os: string): Promise<string> {
    const { descriptor, blobs } = await sampleImage(workspace, undefined, {
      platform: { os, architecture: 'amd64' },
    });
    for (const content of blobs.values()) server.put(wholeContent(content));
    const bytes = server.blobs.get(descriptor.digest) ?? Buffer.alloc(0);
    server.manifests.set(tag, { bytes, type: MANIFEST });
    server.manifests.set(descriptor.digest, { bytes, type: MANIFEST });
    return descriptor.digest;
  }

  async function at(reference: string): Promise<Place> {
    const options = { insecure: false, environment: {}, log: () => {}, patience: 1 };
    const place = await registryPlace(parseRemote(`http://${host}/name:${reference}`), options, undefined);
    places.push(place);
    return place;
  }

  test.each(['tag', 'bundle'] as const)('count in the form of a %s, by their key alone', async (format) => {
    const place = await at('one');
    const nothing = `"${host}/name@${digest}": no signature by key "mine": there is none of ${digest}`;
    await expect(verifyImage(place, key.public)).rejects.toThrow(`cannot verify ${nothing}`);
    await signImage(place, key, { formats: [format], annotations: { who: 'me' } });
    expect((await verifyImage(place, key.public, { who: 'me' })).names).toHaveLength(1);
    await expect(verifyImage(place, key.public, { who: 'you' })).rejects.toThrow('it does not say who=you');
    await expect(verifyImage(place, other.public)).rejects.toThrow(
      'it is by another key, or has been altered',
    );
  });

  test('of several people stay, and are put there once', async () => {
    const place = await at('one');
    for (const one of [other, key, other, key]) await signImage(place, one, both);
    for (const one of [key, other]) {
      const { names, refused } = await verifyImage(place, one.public);
      expect(names).toHaveLength(2);
      expect(refused).toHaveLength(2);
    }
  });

  test('of another image do not count, wherever they are put', async () => {
    const foreign = await push('two', 'other');
    await signImage(await at('two'), key, both);
    const [from, to] = [foreign, digest].map((one) => `${one.replace(':', '-')}.sig`) as [string, string];
    const manifest = server.manifests.get(from);
    if (manifest) server.manifests.set(to, manifest);
    const two = await at('two');
    const place = await at('one');
    for (const { manifest: of } of await two.referring((type) => type === BUNDLE)) {
      const bytes = await two.blob(of.layers[0] ?? { mediaType: '', digest: '', size: 0 });
      await place.attach({ artifactType: BUNDLE, mediaType: BUNDLE, bytes });
    }
    const failure = await verifyImage(place, key.public).catch((error: Error) => error.message);
    expect(failure).toContain(`signature 1 under the tag: it is of another image, ${foreign}`);
    expect(failure).toMatch(/bundle sha256:[0-9a-f]{12}: it is of another image/);
  });

  test('whose payload is another one do not count', async () => {
    const place = await at('one');
    await signImage(place, key, { ...both, formats: ['tag'] });
    const [{ manifest } = { manifest: null }] = await place.tagged('sig');
    const payload = server.blobs.get(manifest?.layers[0]?.digest ?? '')?.toString() ?? '';
    expect(payload).toContain('cosign container image signature');
    const altered = payload.replace('"optional":null', '"optional":{"who":"me"}');
    const layer = { ...manifest?.layers[0], digest: server.put(altered), size: altered.length };
    const bytes = Buffer.from(JSON.stringify({ ...manifest, layers: [layer] }));
    server.manifests.set(`${digest.replace(':', '-')}.sig`, { bytes, type: MANIFEST });
    await expect(verifyImage(place, key.public)).rejects.toThrow('altered');
    // The registry may lie about the bytes, too.
    server.blobs.set(layer.digest, Buffer.from(payload.padEnd(altered.length)));
    await expect(verifyImage(place, key.public)).rejects.toThrow('its digest is');
  });

  test('are of nothing less than all of the image', async () => {
    const place = await at('one');
    await place.checkContents();
    const { layers } = JSON.parse(place.bytes.toString('utf8'));
    const layer = server.blobs.get(layers[0].digest) ?? Buffer.alloc(0);
    server.blobs.set(layers[0].digest, Buffer.from(layer).fill(7, layer.length - 1));
    await expect(place.checkContents()).rejects.toThrow(/its digest is sha256/);
  });

  test('statements are printed if they are signed, and are no signatures', async () => {
    const place = await at('one');
    const said = { predicateType: 'https://example.com/said', predicate: { a: [1] } };
    for (let times = 0; times < 2; times++) await attestImage(place, key, said, both.formats);
    const { statements } = await verifyStatements(place, key.public, said.predicateType);
    expect(statements).toHaveLength(2);
    expect(statements[0]).toMatchObject({ ...said, _type: 'https://in-toto.io/Statement/v1' });
    await expect(verifyImage(place, key.public)).rejects.toThrow('there is none');
    await expect(verifyStatements(place, other.public, said.predicateType)).rejects.toThrow('another key');
    await expect(verifyStatements(place, key.public, 'https://example.com/x')).rejects.toThrow(
      'there is none',
    );
  });

  test('a statement that only claims to be a signature is none', async () => {
    const place = await at('one');
    await attestImage(place, key, { predicateType: 'https://example.com/x', predicate: {} }, ['bundle']);
    const [found] = await place.referring((type) => type === BUNDLE);
    const bytes = await place.blob(found?.manifest.layers[0] ?? { mediaType: '', digest: '', size: 0 });
    await place.attach({ artifactType: BUNDLE, mediaType: BUNDLE, bytes });
    await expect(verifyImage(place, key.public)).rejects.toThrow(
      'it is a statement of type https://example.com/x',
    );
  });

  test('a bundle of the bytes of the manifest counts, and of any other bytes not', async () => {
    const place = await at('one');
    const good = Buffer.from(messageBundle(place.bytes, digest.slice(7), key));
    const bad = Buffer.from(messageBundle(Buffer.from('x'), digest.slice(7), key));
    expect((await verifyBundle(place, key.public, good, 'f')).names).toEqual(['f']);
    const check = (bytes: Buffer, by = key.public) => verifyBundle(place, by, bytes, 'f');
    await expect(check(bad)).rejects.toThrow('f: it is of something else, or has been altered');
    await expect(check(good, other.public)).rejects.toThrow('f: it is by another key');
    await expect(check(Buffer.from('{}'))).rejects.toThrow('f: it is no bundle of sigstore');
    await expect(check(Buffer.from('x'))).rejects.toThrow('f: it is not JSON');
  });
});

describe('what cosign has made', async () => {
  const cosign = await import('./cosign.ts');
  const public_ = readPublicKey(cosign.publicKey, '"cosign.pub"');

  function placeOf(digest: string, referring: string): Place {
    const unused = () => Promise.reject(new Error('not here'));
    const blobs = new Map([
      ['payload', cosign.payload],
      ['bundle', referring],
    ]);
    const manifest = (mediaType: string, digest: string, annotations: Record<string, string>) => ({
      schemaVersion: 2 as const,
      config: { mediaType: 'x', digest: 'x', size: 1 },
      layers: [{ mediaType, digest, size: 1, annotations }],
    });
    const layer = manifest('application/vnd.dev.cosign.simplesigning.v1+json', 'payload', {
      'dev.cosignproject.cosign/signature': cosign.signature,
    });
    return {
      name: '"x"',
      reference: 'x',
      subject: { mediaType: MANIFEST, digest, size: 1 },
      bytes: Buffer.alloc(0),
      tagged: async (suffix) => (suffix === 'sig' ? [{ digest: 'x', manifest: layer }] : []),
      referring: async () => [{ digest: 'y', manifest: manifest(BUNDLE, 'bundle', {}) }],
      blob: async (descriptor) => Buffer.from(blobs.get(descriptor.digest) ?? ''),
      tag: unused,
      attach: unused,
      checkContents: unused,
      save: unused,
      [Symbol.asyncDispose]: async () => {},
    };
  }

  test('counts', async () => {
    const place = placeOf(cosign.digest, cosign.bundle);
    expect((await verifyImage(place, public_, { who: 'me' })).names).toEqual(['signature 1 under the tag']);
    const { statements } = await verifyStatements(place, public_, 'https://slsa.dev/provenance/v1');
    expect(statements[0]).toMatchObject({ _type: 'https://in-toto.io/Statement/v0.1' });
  });

  test('does not count for another image, or by a certificate', async () => {
    const place = placeOf(cosign.digest.replace(/.$/, '0'), cosign.bundle);
    await expect(verifyImage(place, public_)).rejects.toThrow('it is of another image');
    const certified = JSON.stringify({
      ...JSON.parse(cosign.bundle),
      verificationMaterial: { certificate: {} },
    });
    const statements = verifyStatements(
      placeOf(cosign.digest, certified),
      public_,
      'https://slsa.dev/provenance/v1',
    );
    await expect(statements).rejects.toThrow('it is by a certificate and not by a key');
  });
});
