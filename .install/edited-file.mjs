// For the scripts that enter railcar in somebody else's file: a backup, and replacing by rename, so that a file is never
// half written.
import { chmodSync, chownSync, copyFileSync, existsSync, realpathSync, renameSync, statSync, writeFileSync } from 'node:fs';

/** Where the file is: an administrator may keep it elsewhere behind a symbolic link, which stays. */
export function placeOf(name) {
  return existsSync(name) ? realpathSync(name) : name;
}

/** A name that is not taken, so that an older backup is never lost. */
export function backUp(file) {
  const stamp = new Date().toISOString().replace(/[-:]|\..*/g, '');
  let backup = `${file}.before-railcar-${stamp}`;
  while (existsSync(backup)) backup += '+';
  copyFileSync(file, backup);
  return backup;
}

/** With the mode and the owner that the file has had. */
export function replaceFile(file, text) {
  const temporary = `${file}.railcar-new`;
  writeFileSync(temporary, text, { mode: 0o644 });
  if (existsSync(file)) {
    const { mode, uid, gid } = statSync(file);
    chmodSync(temporary, mode);
    chownSync(temporary, uid, gid);
  }
  renameSync(temporary, file);
}
