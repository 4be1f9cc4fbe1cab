import { VardropError } from '@vardrop/core';
import { type DataType, dataTypes, decodeModel, type ModelProto, type ValueInfoProto } from '../model/schema.js';
import { type ExportKind, exportKinds } from './exportOnnx.js';
import type { ModelDescription } from './modelDescription.js';

/** An input, output or parameter of an exported file. */
export interface OnnxValue {
  readonly name: string;
  readonly type: DataType;
  /** Lengths of axes; a free one by its name, `batch`. */
  readonly shape: readonly (number | string)[];
}

/** What an exported file says of itself. */
export interface OnnxDescription {
  readonly kind: ExportKind | 'program';
  /** Name of the program, or of the network's kind. */
  readonly program: string;
  /** Name and version of what wrote it. */
  readonly library: string;
  /** Version of ONNX's standard operators. */
  readonly opset: number;
  readonly documentation: string;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** Stored parameters of a network, by name and shape. */
  readonly parameters: readonly OnnxValue[];
  /** The network's layers and its likelihood; absent for programs. */
  readonly model?: ModelDescription;
  readonly likelihood?: string;
}

/**
 * Reads what a file that `exportOnnx` or `exportProgram` has written says of itself. Throws `VARDROP_ONNX_FILE` for bytes
 * that are no ONNX file, a truncated one, or one that this library has not written.
 */
export function describeOnnx(bytes: Uint8Array): OnnxDescription {
  const model = decode(bytes);
  const about = new Map(model.metadataProps.map(({ key, value }) => [key, value]));
  const kind = about.get('kind');
  const program = about.get('program');
  const library = about.get('library');
  if (model.producerName !== 'vardrop' || !program || !library) {
    refuse(model.producerName ? `a model of '${model.producerName}'` : 'something else, or a part of a file');
  }
  if (kind !== 'program' && !(exportKinds as readonly (string | undefined)[]).includes(kind)) {
    refuse(`the kind '${kind}'`);
  }
  const description = about.get('model');
  if (!model.graph || model.opsetImport.length === 0 || (kind !== 'program' && description === undefined)) {
    refuse('a part of a file');
  }
  return {
    kind: kind as OnnxDescription['kind'],
    program,
    library,
    opset: Number(model.opsetImport[0].version),
    documentation: model.docString ?? '',
    inputs: model.graph.input.map(describeValue),
    outputs: model.graph.output.map(describeValue),
    parameters: model.graph.initializer
      .filter(({ name }) => name.includes('/'))
      .map(({ name, dataType, dims }) => ({ name, type: typeName(dataType), shape: dims.map(Number) })),
    ...(description !== undefined && {
      model: JSON.parse(description) as ModelDescription,
      likelihood: about.get('likelihood'),
    }),
  };
}

function decode(bytes: Uint8Array): ModelProto {
  try {
    return decodeModel(bytes);
  } catch (cause) {
    return refuse('bytes that are no whole ONNX file', cause);
  }
}

function describeValue({ name, type }: ValueInfoProto): OnnxValue {
  const { elemType, shape } = type.tensorType;
  return {
    name,
    type: typeName(elemType),
    shape: shape.dim.map(({ dimValue, dimParam }) => dimParam || Number(dimValue)),
  };
}

function typeName(type: number): DataType {
  const known = Object.entries(dataTypes).find(([, number]) => number === type);
  return known ? (known[0] as DataType) : refuse(`values of type ${type}`);
}

function refuse(got: string, cause?: unknown): never {
  throw new VardropError(
    'VARDROP_ONNX_FILE',
    `[describeOnnx] file: got ${got}, needs an ONNX file as exportOnnx and exportProgram write it. Export it again.`,
    { cause },
  );
}
