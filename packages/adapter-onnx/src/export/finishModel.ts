import { VardropError } from '@vardrop/core';
import { createModel } from '../emit/createModel.js';
import type { GraphBuilder } from '../model/graph.js';
import { encodeModel } from '../model/schema.js';

/** Protocol buffers end at 2 GiB, and some readers take only files below that. */
const largestFile = 2 ** 31 - 1;

/** The bytes of a file with one graph. Throws `VARDROP_EXPORT` for one that is too large for the format. */
export function finishModel(
  name: string,
  graph: GraphBuilder,
  { documentation, metadata }: { readonly documentation: string; readonly metadata: Readonly<Record<string, string>> },
): Uint8Array<ArrayBuffer> {
  const model = createModel(name, graph, metadata);
  const stored = model.graph.initializer.reduce((sum, { rawData }) => sum + rawData.length, 0);
  if (stored > largestFile) {
    throw new VardropError(
      'VARDROP_EXPORT',
      `[onnx] export ${name}: got ${stored} bytes of parameters, needs fewer than 2 GiB, where the format ends. Prune the model.`,
    );
  }
  return encodeModel({ ...model, docString: documentation });
}
