/**
 * The JSON values of a file of results. Named object types are assignable only if `type` defines them, since an interface may
 * get more members elsewhere.
 */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
