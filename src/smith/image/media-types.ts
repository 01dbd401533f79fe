/** Media types of the image specification (media-types.md) and Docker's names for the same. */
export const mediaTypes = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
  layerGzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  layerZstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
  empty: 'application/vnd.oci.empty.v1+json',
  dockerIndex: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerConfig: 'application/vnd.docker.container.image.v1+json',
  dockerLayerGzip: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
} as const;

export function isIndex(type: string | undefined): boolean {
  return type === mediaTypes.index || type === mediaTypes.dockerIndex;
}

export function isManifest(type: string | undefined): boolean {
  return type === mediaTypes.manifest || type === mediaTypes.dockerManifest;
}

/** Of what an image is made of, and not of a signature or a list of packages that only has a manifest's form. */
export function isImageConfig(type: string | undefined): boolean {
  return type === mediaTypes.config || type === mediaTypes.dockerConfig;
}
