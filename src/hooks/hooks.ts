import type { Config, Hook, HookKind } from '../config/config.ts';
import type { HandsOp, StubOp, Template } from '../plan/ops.ts';

/**
 * The hooks of one kind that run on the host. What a failure means is said by runtime-spec: those of creation and of
 * starting end the container, those after its end are only warned of.
 */
export function hostHooks(
  config: Config,
  kind: 'prestart' | 'createRuntime' | 'poststart' | 'poststop',
  state: Template,
): HandsOp[] {
  const severity = kind === 'poststop' ? 'warn' : 'fatal';
  return hookList(config, kind).map((hook) => ({ op: 'hook', ...hook, stdin: state, severity }));
}

/** The hooks of one kind that run inside the container's namespaces. */
export function containerHooks(
  config: Config,
  kind: 'createContainer' | 'startContainer',
  state: Template,
): StubOp[] {
  return hookList(config, kind).map((hook) => ({ op: 'hook', ...hook, stdin: state }));
}

export function hasHooks(config: Config, ...kinds: readonly HookKind[]): boolean {
  return kinds.some((kind) => (config.hooks?.[kind] ?? []).length > 0);
}

function hookList(config: Config, kind: HookKind) {
  return (config.hooks?.[kind] ?? []).map((hook: Hook, index) => ({
    path: hook.path,
    // Without args the program still expects its own name.
    args: hook.args === undefined || hook.args.length === 0 ? [hook.path] : hook.args,
    // Never the caller's environment or the container's: a hook gets what config.json gives it.
    env: hook.env ?? [],
    timeout: (hook.timeout ?? 0) * 1000,
    origin: `hooks.${kind}[${index}]`,
  }));
}
