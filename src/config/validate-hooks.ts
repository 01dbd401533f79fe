import type { HookKind, Hooks } from './config.ts';
import type { Findings } from './findings.ts';

/** In the order in which they run. */
export const hookKinds = [
  'prestart',
  'createRuntime',
  'createContainer',
  'startContainer',
  'poststart',
  'poststop',
] as const satisfies readonly HookKind[];

/** A hook is named by where it lies, never searched. */
export function validateHooks(hooks: Hooks, findings: Findings): void {
  for (const kind of hookKinds) {
    for (const [index, { path, env = [] }] of (hooks[kind] ?? []).entries()) {
      const at = `hooks.${kind}[${index}]`;
      if (!path.startsWith('/')) {
        findings.problem(`${at}.path`, `must be an absolute path, not ${JSON.stringify(path)}`);
      }
      for (const [entry, text] of env.entries()) {
        if (text.indexOf('=') > 0) continue;
        findings.warn(`${at}.env[${entry}]`, `should have the form NAME=value, not ${JSON.stringify(text)}`);
      }
    }
  }
}
