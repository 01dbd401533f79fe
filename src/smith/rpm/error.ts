import { RailcarError } from '../../errors.ts';

/** Why a package file or a database of packages cannot be used. */
export function rpmError(what: string, reason: string): RailcarError {
  return new RailcarError('image-invalid', `cannot read ${what}: ${reason}`);
}
