import { RailcarError } from '../errors.ts';

/** A container id is the name of a directory, of cgroups and of systemd units. */
export function checkId(id: string): string {
  if (id === '') throw new RailcarError('id-invalid', 'container id cannot be empty');
  if (!/^[A-Za-z0-9_+.-]+$/.test(id) || id === '.' || id === '..' || id.length > MAX_LENGTH) {
    throw new RailcarError('id-invalid', `invalid container ID format: ${JSON.stringify(id)}`, {
      hint: `an id is made of letters, digits and _ + . - and has at most ${MAX_LENGTH} of them`,
    });
  }
  return id;
}

/** The longest file name is 255; cgroup names get a suffix now and then. */
const MAX_LENGTH = 230;
