import type { Config } from '../config/config.ts';

/** For callers whose options cannot reach the command line of the runtime. */
export const INIT_ANNOTATION = 'org.railcar.init';

/** Whether the container's process gets an init process as its parent: the option, or else the annotation. */
export function wantsInit({ annotations }: Config, option: boolean | undefined): boolean {
  return option ?? annotations?.[INIT_ANNOTATION] === 'true';
}
