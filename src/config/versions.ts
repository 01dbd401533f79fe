/** The version of runtime-spec that config.json may use in full. */
export const SPEC_VERSION = '1.3.0';

/** The first one whose files are read. */
export const OLDEST_SPEC_VERSION = '1.0.0';
