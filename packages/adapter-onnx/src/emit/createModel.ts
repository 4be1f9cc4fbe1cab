import type { GraphBuilder } from '../model/graph.js';
import type { ModelProto } from '../model/schema.js';
import { version } from '../version.js';

/** The version of the file format that came with opset 17. */
const irVersion = 8n;

/** A model of one graph, with metadata: the program's name, this library and its version. */
export function createModel(
  name: string,
  graph: GraphBuilder,
  metadata: Readonly<Record<string, string>> = {},
): ModelProto {
  const properties = { program: name, library: `vardrop ${version}`, ...metadata };
  return {
    irVersion,
    producerName: 'vardrop',
    producerVersion: version,
    graph: graph.build(name),
    opsetImport: [{ domain: '', version: BigInt(graph.opset) }],
    metadataProps: Object.entries(properties).map(([key, value]) => ({ key, value })),
  };
}
