/** A kind of safetensors files: what messages say about it, and how the codes of its errors begin. */
export interface FileKind {
  /** Begins messages. */
  readonly who: string;
  readonly code: 'VARDROP_CHECKPOINT' | 'VARDROP_NETWORK';
  /** The function that writes such files. */
  readonly writer: string;
}

export const checkpointFile: FileKind = { who: 'checkpoint', code: 'VARDROP_CHECKPOINT', writer: 'saveCheckpoint' };

export const networkFile: FileKind = { who: 'network', code: 'VARDROP_NETWORK', writer: 'saveNetwork' };
