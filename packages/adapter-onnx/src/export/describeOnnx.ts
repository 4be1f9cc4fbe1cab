import { type ModelDescription, VardropError } from '@vardrop/core';
import { type BytesSource, bytesOf, formatValue } from '@vardrop/core/backend';
import { checkDescription } from '@vardrop/core/extend';
import { elementCount } from '@vardrop/core/program';
import {
  bytesPerElement,
  type DataType,
  dataTypes,
  decodeModel,
  type ModelProto,
  type TensorProto,
  type ValueInfoProto,
} from '../model/schema.js';
import { type ExportKind, exportKinds } from './exportOnnx.js';

/** A message of which any part may be missing. */
type DeepPartial<T> = T extends readonly unknown[] ? T : T extends object ? { [K in keyof T]?: DeepPartial<T[K]> } : T;

/** An input, output or parameter of an exported file. */
export interface OnnxValue {
  readonly name: string;
  readonly type: DataType;
  /** Lengths of axes; a free one by its name, `batch`. */
  readonly shape: readonly (number | string)[];
}

/** What an exported file says about itself. */
export interface OnnxDescription {
  readonly kind: ExportKind | 'program';
  /** Name of the program, or of the network's kind. */
  readonly program: string;
  /** Name and version of the library that wrote it. */
  readonly library: string;
  /** Version of ONNX's standard operators. */
  readonly opset: number;
  readonly documentation: string;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** Stored parameters of a network, by name and shape. */
  readonly parameters: readonly OnnxValue[];
  /** The network, for `modelFrom`; absent for programs and for networks with parts that do not say how they are made. */
  readonly model?: ModelDescription;
  /** Name of the likelihood; with several outputs those of all, `label: categorical, size: gaussian`. Absent for programs. */
  readonly likelihood?: string;
}

/**
 * Reads what a file by `exportOnnx` or `exportProgram` says about itself. Throws `VARDROP_ONNX_FILE` for bytes that are
 * no ONNX file, a truncated or damaged one, or one that this library has not written.
 *
 * @param source a buffer, or any view of one
 */
export function describeOnnx(source: BytesSource): OnnxDescription {
  const { graph, ...model } = decode(source);
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
  const [standard] = model.opsetImport;
  if (!graph || graph.node.length === 0 || graph.output.length === 0 || !standard) return refuse('a part of a file');
  if (standard.domain !== '' || standard.version < 1n) refuse('a file without a version of the standard operators');
  const outputs = graph.output.map(describeValue);
  const given = [...graph.input, ...graph.initializer].map(({ name }) => name);
  const computed = new Set([...graph.node.flatMap(({ output }) => output), ...given]);
  for (const { name } of outputs) if (!computed.has(name)) refuse(`an output '${name}' that nothing computes`);
  return {
    kind: kind as OnnxDescription['kind'],
    program,
    library,
    opset: Number(standard.version),
    documentation: model.docString ?? '',
    inputs: graph.input.map(describeValue),
    outputs,
    parameters: graph.initializer.map(describeTensor).filter(({ name }) => name.includes('/')),
    ...(kind !== 'program' && { ...readModel(about.get('model')), likelihood: about.get('likelihood') }),
  };
}

function decode(source: BytesSource): ModelProto {
  const bytes = bytesOf(source) ?? refuse(formatValue(source));
  try {
    return decodeModel(bytes);
  } catch (cause) {
    return refuse('bytes that are no whole ONNX file', cause);
  }
}

/** In a damaged file any part may be missing, whatever the types say. */
function describeValue({ name, type }: DeepPartial<ValueInfoProto>): OnnxValue {
  const { elemType, shape } = type?.tensorType ?? {};
  if (!name || elemType === undefined || !shape?.dim) return refuse('a value without a name, a type and a shape');
  const axes = shape.dim.map(({ dimValue, dimParam }) => dimParam || readLength(dimValue));
  return { name, type: typeName(elemType), shape: axes };
}

function describeTensor({ name, dataType, dims, rawData }: TensorProto): OnnxValue {
  const shape = dims.map(readLength);
  const type = typeName(dataType);
  const bytes = bytesPerElement[type] * elementCount(shape);
  if (rawData.length !== bytes) refuse(`${rawData.length} bytes for '${name}' of shape [${shape}], which has ${bytes}`);
  return { name, type, shape };
}

function readLength(length: bigint | undefined): number {
  const number = Number(length);
  return Number.isSafeInteger(number) && number >= 0 ? number : refuse(`an axis of length ${length}`);
}

function typeName(type: number): DataType {
  const known = Object.entries(dataTypes).find(([, number]) => number === type);
  return known ? (known[0] as DataType) : refuse(`values of type ${type}`);
}

function readModel(text: string | undefined): Pick<OnnxDescription, 'model'> {
  try {
    const model: unknown = JSON.parse(text ?? '');
    if (model === null) return {};
    checkDescription('describeOnnx', model);
    return { model };
  } catch (cause) {
    return refuse('a file that does not describe its network', cause);
  }
}

function refuse(got: string, cause?: unknown): never {
  throw new VardropError(
    'VARDROP_ONNX_FILE',
    `[describeOnnx] file: got ${got}, needs an ONNX file as exportOnnx and exportProgram write it. Export it again.`,
    { cause },
  );
}
