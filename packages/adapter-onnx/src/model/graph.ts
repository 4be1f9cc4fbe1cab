import type { Dimension, Shape } from '@vardrop/core/program';
import { createNames, type Names } from './names.js';
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
import { createStore, type Store } from './store.js';

/**
 * Versions of ONNX's standard operators: 17, which older tools read as well, and 18, the first with operators on bits.
 */
export type Opset = 17 | 18;

/** A value in a graph, by its name. */
export type ValueName = string;

/** Attributes of a node: numbers are integers. */
type Attributes = Readonly<Record<string, number | readonly number[] | string>>;

/** Attributes of a node, graphs among them. */
type AttributesOrGraphs = Readonly<Record<string, Attributes[string] | { readonly graph: GraphProto }>>;

/** Collects the nodes of one ONNX graph. Names are made unique; every method that makes a value returns its name. */
export interface GraphBuilder extends Names, Store {
  /** The version of ONNX's operators that the graph is written in. */
  readonly opset: Opset;
  input(name: string, shape: Shape, type?: DataType): ValueName;
  /** Declares a value an output. A value is one output at most, and no input. */
  output(value: ValueName, shape: Shape, type?: DataType): void;
  /**
   * A node with one result. Equal nodes are written once, unless the name is reserved, so that the runtime need not look
   * for them.
   */
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
  build(name: string): GraphProto;
}

/** A graph without nodes. A body graph shares its names with `outer`, so that it can refer to outer values. */
export function createGraph(opset: Opset, outer?: Pick<Names, 'unique' | 'isReserved'>): GraphBuilder {
  const nodes: NodeProto[] = [];
  const initializers: TensorProto[] = [];
  const inputs: ValueInfoProto[] = [];
  const outputs: ValueInfoProto[] = [];
  const annotations: ValueInfoProto[] = [];
  const computed = new Map<string, ValueName>();
  const annotated = new Set<ValueName>();
  const names = createNames(outer);
  const { unique, isReserved } = names;

  const builder: GraphBuilder = {
    opset,
    ...names,
    ...createStore(initializers, unique),
    input(name, shape, type = 'float') {
      const made = unique(name);
      inputs.push(valueInfo(made, shape, type));
      return made;
    },
    output(value, shape, type = 'float') {
      outputs.push(valueInfo(value, shape, type));
    },
    node(opType, operands, name, attributes = {}) {
      const key = JSON.stringify([opType, operands, attributes]);
      const known = isReserved(name) ? undefined : computed.get(key);
      if (known !== undefined) return known;
      const [made] = builder.nodes(opType, operands, [name], attributes);
      computed.set(key, made);
      return made;
    },
    nodes(opType, operands, resultNames, attributes = {}) {
      const made = resultNames.map(unique);
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
