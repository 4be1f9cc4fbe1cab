/** What a file of results can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
