/** config.json asks for something that cannot be planned. The command line adds file, line and column. */
export class PlanError extends Error {
  override readonly name = 'PlanError';
  /** Codes of `errors.ts`. */
  readonly code: 'config-invalid' | 'config-unsupported' | 'host-unsupported';
  /** JSON path of what is at fault (`mounts[3]`, `linux.namespaces[0]`) or an option (`--console-socket`). */
  readonly origin: string;

  constructor(code: PlanError['code'], origin: string, message: string) {
    super(message);
    this.code = code;
    this.origin = origin;
  }
}
