import type { Json } from '@vardrop/experiments';

/** What shapes the results of a run. */
export type Configuration = Readonly<Record<string, Json>>;
