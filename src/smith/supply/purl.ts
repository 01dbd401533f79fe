import { PackageURL } from 'packageurl-js';
import type { Distribution } from '../packages/distribution.ts';
import type { Package } from '../packages/package.ts';

/**
 * The name of a package that scanners look up (purl-spec): `pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12`. Of an
 * RPM package the epoch stands apart.
 */
export function purlOf(
  { type, name, version, architecture }: Package,
  distribution: Distribution | null,
): string {
  const id = distribution?.id ?? null;
  const qualifiers: Record<string, string> = { arch: architecture };
  const [, epoch, plain] = (type === 'rpm' && /^(\d+):(.*)$/.exec(version)) || [];
  if (epoch !== undefined) qualifiers.epoch = epoch;
  if (id !== null) qualifiers.distro = distribution?.version ? `${id}-${distribution.version}` : id;
  return new PackageURL(type, id, name, plain ?? version, qualifiers, null).toString();
}
