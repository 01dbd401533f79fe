/** What `main.ts` finds in the bundle: the Node layer, which touches nothing of the process it runs in. */
export { buildInfo } from './build-info.ts';
export { runCommand } from './cli/command.ts';
export { serveSession } from './execute/session.ts';

/** For a process that serves many commands. */
export function loadStandby() {
  return import('./standby/standby.ts');
}

/** Runs the usual commands against nothing; see `warm-up.ts`. */
export async function warmUp(): Promise<void> {
  const { rehearse } = await import('./warm-up.ts');
  await rehearse();
}
