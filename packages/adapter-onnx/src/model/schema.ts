import { create, createFileRegistry, type DescMessage, fromBinary, type Message, toBinary } from '@bufbuild/protobuf';
import {
  FileDescriptorProtoSchema,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from '@bufbuild/protobuf/wkt';

/** Tensor element types of ONNX (`TensorProto.DataType`) that Vardrop uses. */
export const dataTypes = {
  float: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  uint32: 12,
  uint64: 13,
} as const;
/** An element type by name. */
export type DataType = keyof typeof dataTypes;

/** Bytes of one element. */
export const bytesPerElement: Readonly<Record<DataType, number>> = {
  float: 4,
  uint8: 1,
  int8: 1,
  uint16: 2,
  int32: 4,
  int64: 8,
  bool: 1,
  float16: 2,
  uint32: 4,
  uint64: 8,
};

/** Kinds of attributes (`AttributeProto.AttributeType`) that Vardrop uses. */
export const attributeTypes = { float: 1, int: 2, string: 3, tensor: 4, graph: 5, ints: 7 } as const;

/** `TensorProto`, with its values in `rawData`, little-endian, as every machine that JavaScript runs on is in practice. */
export interface TensorProto {
  readonly name: string;
  readonly dims: readonly bigint[];
  readonly dataType: number;
  readonly rawData: Uint8Array;
}

/** `AttributeProto`. */
export interface AttributeProto {
  readonly name: string;
  readonly type: number;
  readonly f?: number;
  readonly i?: bigint;
  readonly s?: Uint8Array;
  readonly t?: TensorProto;
  readonly g?: GraphProto;
  readonly ints?: readonly bigint[];
}

/** `NodeProto`. */
export interface NodeProto {
  readonly name: string;
  readonly opType: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute: readonly AttributeProto[];
}

/** One axis of a value: a length, or the name of a free one. */
interface DimensionProto {
  readonly dimValue?: bigint;
  readonly dimParam?: string;
}

/** `ValueInfoProto` of a tensor. */
export interface ValueInfoProto {
  readonly name: string;
  readonly type: {
    readonly tensorType: { readonly elemType: number; readonly shape: { readonly dim: readonly DimensionProto[] } };
  };
}

/** `GraphProto`. */
export interface GraphProto {
  readonly name: string;
  readonly node: readonly NodeProto[];
  readonly initializer: readonly TensorProto[];
  readonly input: readonly ValueInfoProto[];
  readonly output: readonly ValueInfoProto[];
  readonly valueInfo: readonly ValueInfoProto[];
  readonly docString?: string;
}

/** `ModelProto`. */
export interface ModelProto {
  readonly irVersion: bigint;
  readonly producerName: string;
  readonly producerVersion: string;
  readonly docString?: string;
  readonly graph: GraphProto;
  readonly opsetImport: readonly { readonly domain: string; readonly version: bigint }[];
  readonly metadataProps: readonly { readonly key: string; readonly value: string }[];
}

type FieldType = 'int64' | 'int32' | 'float' | 'string' | 'bytes' | (string & {});
type Field = readonly [name: string, number: number, type: FieldType, repeated?: 'repeated'];

/**
 * The part of ONNX's schema that is written and read here: field numbers and types of `onnx.proto`. Its `oneof`s are plain
 * fields here, which are the same on the wire.
 */
const messages: Readonly<Record<string, readonly Field[]>> = {
  ModelProto: [
    ['ir_version', 1, 'int64'],
    ['producer_name', 2, 'string'],
    ['producer_version', 3, 'string'],
    ['doc_string', 6, 'string'],
    ['graph', 7, 'GraphProto'],
    ['opset_import', 8, 'OperatorSetIdProto', 'repeated'],
    ['metadata_props', 14, 'StringStringEntryProto', 'repeated'],
  ],
  OperatorSetIdProto: [
    ['domain', 1, 'string'],
    ['version', 2, 'int64'],
  ],
  StringStringEntryProto: [
    ['key', 1, 'string'],
    ['value', 2, 'string'],
  ],
  GraphProto: [
    ['node', 1, 'NodeProto', 'repeated'],
    ['name', 2, 'string'],
    ['initializer', 5, 'TensorProto', 'repeated'],
    ['doc_string', 10, 'string'],
    ['input', 11, 'ValueInfoProto', 'repeated'],
    ['output', 12, 'ValueInfoProto', 'repeated'],
    ['value_info', 13, 'ValueInfoProto', 'repeated'],
  ],
  NodeProto: [
    ['input', 1, 'string', 'repeated'],
    ['output', 2, 'string', 'repeated'],
    ['name', 3, 'string'],
    ['op_type', 4, 'string'],
    ['attribute', 5, 'AttributeProto', 'repeated'],
  ],
  AttributeProto: [
    ['name', 1, 'string'],
    ['f', 2, 'float'],
    ['i', 3, 'int64'],
    ['s', 4, 'bytes'],
    ['t', 5, 'TensorProto'],
    ['g', 6, 'GraphProto'],
    ['ints', 8, 'int64', 'repeated'],
    ['type', 20, 'int32'],
  ],
  TensorProto: [
    ['dims', 1, 'int64', 'repeated'],
    ['data_type', 2, 'int32'],
    ['name', 8, 'string'],
    ['raw_data', 9, 'bytes'],
  ],
  ValueInfoProto: [
    ['name', 1, 'string'],
    ['type', 2, 'TypeProto'],
  ],
  TypeProto: [['tensor_type', 1, 'TensorTypeProto']],
  TensorTypeProto: [
    ['elem_type', 1, 'int32'],
    ['shape', 2, 'TensorShapeProto'],
  ],
  TensorShapeProto: [['dim', 1, 'DimensionProto', 'repeated']],
  DimensionProto: [
    ['dim_value', 1, 'int64'],
    ['dim_param', 2, 'string'],
  ],
};

const scalars: Readonly<Record<string, Type>> = {
  int64: Type.INT64,
  int32: Type.INT32,
  float: Type.FLOAT,
  string: Type.STRING,
  bytes: Type.BYTES,
};

let model: DescMessage | undefined;

/** The descriptor of `ModelProto`, made at its first use. */
function modelDescriptor(): DescMessage {
  if (model) return model;
  const file = create(FileDescriptorProtoSchema, {
    name: 'onnx.proto',
    package: 'onnx',
    syntax: 'proto2',
    messageType: Object.entries(messages).map(([name, fields]) => ({
      name,
      field: fields.map(([field, number, type, repeated]) => ({
        name: field,
        jsonName: field.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
        number,
        label: repeated ? Label.REPEATED : Label.OPTIONAL,
        type: scalars[type] ?? Type.MESSAGE,
        ...(scalars[type] ? {} : { typeName: `.onnx.${type}` }),
      })),
    })),
  });
  model = createFileRegistry(file, () => undefined).getMessage('onnx.ModelProto') as DescMessage;
  return model;
}

/** A model as the bytes of an ONNX file. */
export function encodeModel(value: ModelProto): Uint8Array<ArrayBuffer> {
  return toBinary(modelDescriptor(), create(modelDescriptor(), { ...value }));
}

/** The model in an ONNX file, as far as the schema here knows it. Throws what the protobuf library throws. */
export function decodeModel(bytes: Uint8Array): ModelProto {
  return fromBinary(modelDescriptor(), bytes) as Message & ModelProto;
}
