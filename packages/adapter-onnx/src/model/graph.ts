import { bytesOf } from '@vardrop/core/backend';
import type { Dimension, Shape } from '@vardrop/core/program';
import {
  type AttributeProto,
  attributeTypes,
  type DataType,
  dataTypes,
  type GraphProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from './schema.js';

/**
 * Versions of ONNX's standard operators: 17, which older tools read, too, and 18 where bits are combined, since it brought
 * the operators for that.
 */
export type Opset = 17 | 18;

/** A value in a graph, by its name. */
export type ValueName = string;

/** Attributes of a node: numbers are integers. */
type Attributes = Readonly<Record<string, number | readonly number[] | string>>;

/** Attributes of a node, graphs among them. */
type AttributesOrGraphs = Readonly<Record<string, Attributes[string] | { readonly graph: GraphProto }>>;

/** Collects the nodes of one ONNX graph. Names are made unique; every method that makes a value returns its name. */
export interface GraphBuilder {
  /** The version of ONNX's operators that the graph is written in. */
  readonly opset: Opset;
  input(name: string, shape: Shape, type?: DataType): ValueName;
  /** Declares a value an output. A value is one output at most, and no input. */
  output(value: ValueName, shape: Shape, type?: DataType): void;
  /** Stored values, row-major. Equal small ones are stored once, unless they are named. */
  constant(values: readonly number[] | Float32Array, shape: readonly number[], name?: string): ValueName;
  /** A stored list of int64, as ONNX takes shapes and axes. */
  integers(values: readonly number[]): ValueName;
  /** A stored int64 scalar. */
  integer(value: number): ValueName;
  /** A stored uint32: a list, or a scalar. */
  words(values: number | readonly number[]): ValueName;
  /** Stored truth values, row-major. */
  truths(values: readonly boolean[], shape: readonly number[]): ValueName;
  /** A stored uint64 scalar. */
  wide(value: number): ValueName;
  /** A node with one result. Of equal nodes there is one, unless the name is reserved: the runtime need not look for them. */
  node(opType: string, inputs: readonly ValueName[], name: string, attributes?: Attributes): ValueName;
  /** A node with several results, one for each name. */
  nodes(
    opType: string,
    inputs: readonly ValueName[],
    names: readonly string[],
    attributes?: AttributesOrGraphs,
  ): ValueName[];
  /** States a value's shape, for readers; once for each value. */
  annotate(value: ValueName, shape: Shape, type?: DataType): void;
  /** Takes a name, or `name:2`, `name:3`, … where it is taken; the first node that is given it gets just that name. */
  reserve(name: string): string;
  /** Whether a name is reserved and still waits for its node. */
  isReserved(name: string): boolean;
  /** Takes a name, or `name:2`, `name:3`, … where it is taken. */
  unique(name: string): string;
  build(name: string): GraphProto;
}

/** A graph without nodes. A body graph shares its names with `outer`, so that it can refer to outer values. */
export function createGraph(opset: Opset, outer?: Pick<GraphBuilder, 'unique' | 'isReserved'>): GraphBuilder {
  const nodes: NodeProto[] = [];
  const initializers: TensorProto[] = [];
  const inputs: ValueInfoProto[] = [];
  const outputs: ValueInfoProto[] = [];
  const annotations: ValueInfoProto[] = [];
  const taken = new Map<string, number>();
  const stored = new Map<string, ValueName>();
  const computed = new Map<string, ValueName>();
  const annotated = new Set<ValueName>();

  const reserved = new Set<string>();

  function unique(name: string): string {
    if (reserved.delete(name)) return name;
    if (outer) return outer.unique(name);
    let count = taken.get(name) ?? 0;
    let made = name;
    while (taken.has(made)) {
      count += 1;
      made = `${name}:${count + 1}`;
    }
    taken.set(name, count);
    taken.set(made, 0);
    return made;
  }

  function store(type: DataType, data: Uint8Array, dims: readonly number[], name: string, merge = true): ValueName {
    const key = merge && data.length <= 64 ? `${type} ${dims.join('x')} ${data.join()}` : undefined;
    const known = key === undefined ? undefined : stored.get(key);
    if (known !== undefined) return known;
    const made = unique(name);
    initializers.push({ name: made, dims: dims.map(BigInt), dataType: dataTypes[type], rawData: data });
    if (key !== undefined) stored.set(key, made);
    return made;
  }

  const builder: GraphBuilder = {
    opset,
    unique,
    reserve(name) {
      const made = unique(name);
      reserved.add(made);
      return made;
    },
    isReserved: (name) => reserved.has(name) || (outer?.isReserved(name) ?? false),
    input(name, shape, type = 'float') {
      const made = unique(name);
      inputs.push(valueInfo(made, shape, type));
      return made;
    },
    output(value, shape, type = 'float') {
      outputs.push(valueInfo(value, shape, type));
    },
    constant(values, shape, name) {
      const floats = Float32Array.from(values);
      if (name !== undefined) return store('float', bytesOf(floats), shape, name, false);
      return store(
        'float',
        bytesOf(floats),
        shape,
        floats.length === 1 ? `constant ${floats[0]}` : `constant [${shape}]`,
      );
    },
    integers: (values) =>
      store('int64', bytesOf(BigInt64Array.from(values, BigInt)), [values.length], `integers [${values}]`),
    integer: (value) => store('int64', bytesOf(BigInt64Array.of(BigInt(value))), [], `integer ${value}`),
    wide: (value) => store('uint64', bytesOf(BigUint64Array.of(BigInt(value))), [], `integer ${value}`),
    truths: (values, shape) => store('bool', Uint8Array.from(values, Number), shape, `truths [${shape}]`),
    words: (values) =>
      typeof values === 'number'
        ? store('uint32', bytesOf(Uint32Array.of(values)), [], `word ${values >>> 0}`)
        : store('uint32', bytesOf(Uint32Array.from(values)), [values.length], 'words'),
    node(opType, operands, name, attributes = {}) {
      const key = JSON.stringify([opType, operands, attributes]);
      const known = builder.isReserved(name) ? undefined : computed.get(key);
      if (known !== undefined) return known;
      const [made] = builder.nodes(opType, operands, [name], attributes);
      computed.set(key, made);
      return made;
    },
    nodes(opType, operands, names, attributes = {}) {
      const made = names.map(unique);
      nodes.push({
        name: made[0],
        opType,
        input: operands,
        output: made,
        attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
      });
      return made;
    },
    annotate(value, shape, type = 'float') {
      if (annotated.has(value)) return;
      annotated.add(value);
      annotations.push(valueInfo(value, shape, type));
    },
    build: (name) => ({
      name,
      node: nodes,
      initializer: initializers,
      input: inputs,
      output: outputs,
      valueInfo: annotations,
    }),
  };
  return builder;
}

function attribute(name: string, value: AttributesOrGraphs[string]): AttributeProto {
  if (typeof value === 'number') return { name, type: attributeTypes.int, i: BigInt(value) };
  if (typeof value === 'string') return { name, type: attributeTypes.string, s: new TextEncoder().encode(value) };
  if ('graph' in value) return { name, type: attributeTypes.graph, g: value.graph };
  return { name, type: attributeTypes.ints, ints: value.map(BigInt) };
}

function valueInfo(name: string, shape: Shape, type: DataType): ValueInfoProto {
  const axis = (dimension: Dimension) =>
    typeof dimension === 'number' ? { dimValue: BigInt(dimension) } : { dimParam: dimension };
  return { name, type: { tensorType: { elemType: dataTypes[type], shape: { dim: shape.map(axis) } } } };
}
