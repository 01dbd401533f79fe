import type { Template } from '../plan/ops.ts';

/** A template for a container whose process is known already: no operation of this plan sets the variable. */
export function withPid(template: Template, pid: number): string {
  if (typeof template === 'string') return template;
  return template.map((piece) => (typeof piece === 'string' ? piece : String(pid))).join('');
}
