/**
 * What has been made of the same content before, or what `make` makes of it now. The content is all that `make` may
 * depend on, and the result is shared by commands, so nobody changes it.
 */
export type Remember = <T>(kind: 'config' | 'filter' | 'host', content: string, make: () => T) => T;

/** For a process that serves one command. */
export const anew: Remember = (_kind, _content, make) => make();
