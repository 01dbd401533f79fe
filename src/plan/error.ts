/** config.json asks for something that cannot be planned. The command line prefixes file, line and column. */
export class PlanError extends Error {
  override readonly name = 'PlanError';
  /** JSON path of what is at fault: `mounts[3]`, `linux.namespaces[0]`; or an option: `--console-socket`. */
  readonly origin: string;

  constructor(origin: string, message: string) {
    super(message);
    this.origin = origin;
  }
}
