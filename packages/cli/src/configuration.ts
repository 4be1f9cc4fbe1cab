import type { Json } from '@vardrop/experiments';

/** Everything that determines the results of a run. */
export type Configuration = Readonly<Record<string, Json>>;
