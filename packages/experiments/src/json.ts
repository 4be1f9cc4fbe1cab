/**
 * What a file of results can hold. Of named types only those that `type` defines count as such: an interface may get more
 * members elsewhere.
 */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
