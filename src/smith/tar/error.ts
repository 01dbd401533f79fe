import { RailcarError } from '../../errors.ts';
import { quoteName } from '../tree/name.ts';

/** What makes an archive unusable, with the place: whoever made it has to find it. */
export function tarError(offset: number, reason: string, name?: string): RailcarError {
  const entry = name === undefined ? 'the archive' : `entry ${quoteName(name)}`;
  return new RailcarError('image-invalid', `cannot read ${entry} at offset ${offset}: ${reason}`);
}
