import type { Effort, LawResult, Replay } from '@vardrop/conformance';

/** The request to a process that runs laws. */
export interface LawRequest {
  /** Name of a backend, or path of a module. */
  readonly target: string;
  /** Ids, in their order. */
  readonly laws: readonly string[];
  readonly effort: Effort;
  readonly seed?: number;
  readonly replay?: Replay;
  /** Milliseconds that one case may take, and starting the backend. */
  readonly caseTimeout: number;
}

/** The messages of that process. */
export type LawMessage =
  /** The backend has started. */
  | { readonly kind: 'started' }
  /** A case of this property is about to run. Not sent for every case. */
  | { readonly kind: 'case'; readonly law: string; readonly property: string }
  | { readonly kind: 'result'; readonly result: LawResult }
  | { readonly kind: 'error'; readonly code?: string; readonly message: string; readonly stack?: string }
  | { readonly kind: 'end'; readonly seed: number };
