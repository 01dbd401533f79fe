import type { LoaderSystem } from './system.ts';

/**
 * Replaces `$ORIGIN`, `$LIB` and `$PLATFORM`, with or without braces (ld.so(8), "Dynamic string tokens"). There may be
 * several results, since `$PLATFORM` depends on the processor. What is no token stays as it is.
 */
export function expandTokens(text: string, origin: string, system: LoaderSystem): string[] {
  if (!text.includes('$')) return [text];
  const platforms = /\$(\{PLATFORM\}|PLATFORM(?!\w))/.test(text) ? system.platforms : [''];
  const expanded = platforms.map((platform) =>
    text.replaceAll(/\$(?:\{(ORIGIN|LIB|PLATFORM)\}|(ORIGIN|LIB|PLATFORM)(?!\w))/g, (_, braced, bare) => {
      const token = braced ?? bare;
      if (token === 'ORIGIN') return origin;
      return token === 'LIB' ? system.lib : platform;
    }),
  );
  return [...new Set(expanded)];
}

/** As musl: `$ORIGIN` only. A path with any other `$` is ignored whole. */
export function expandMuslPath(text: string, origin: string): string | null {
  const expanded = text.replaceAll(/\$(\{ORIGIN\}|ORIGIN)/g, () => origin);
  return /\$(?!\{ORIGIN\}|ORIGIN)/.test(text) ? null : expanded;
}
