import type { LinearMap } from '../../estimators/estimator.js';
import type { LayerParameters } from '../../noise/noiseModel.js';
import type { Builder, Value } from '../../program/builder.js';
import { defineLayer } from '../defineLayer.js';
import { denseMap } from '../dense.js';
import type { ForwardMode } from '../forwardMode.js';
import type { Layer } from '../layer.js';
import type { LayerDefaults } from '../layerDefaults.js';
import { buildLinearPart, type LinearPart, partParameters } from '../linearPart.js';
import { sequenceShape } from '../window.js';
import type { RecurrentOptions } from './recurrentOptions.js';
import { stepMask } from './stepMask.js';

/** A linear map of the state, or of the state behind a gate. */
export interface StateMap {
  /** Name of the part. */
  readonly name: string;
  /** Its columns, in units. */
  readonly gates: number;
  readonly bias: boolean;
}

/** The linear maps of the state by name. Their noise is the same at all steps. */
export type StateMaps = Readonly<Record<string, (state: Value) => Value>>;

/** The gates from `first` to before `end` (default: one gate) of a value `[batch, gates · units]`. */
export type TakeGates = (value: Value, first: number, end?: number) => Value;

/** What sets one kind of recurrent layer apart from others. */
export interface RecurrentCell {
  readonly kind: string;
  /** Columns of the part `input`, in units. */
  readonly gates: number;
  readonly maps: readonly StateMap[];
  /** How many values `[batch, units]` go from step to step. The first is the output. */
  readonly states: number;
  /** Initial biases of the gates. Default: 0. */
  readonly gateBiases?: readonly number[];
  /** The states after a step. `products` are those of the inputs, `[batch, gates · units]`, with the bias. */
  step(b: Builder, products: Value, states: readonly Value[], maps: StateMaps, take: TakeGates): readonly Value[];
}

/** The layer of a cell. The options have been checked. */
export function recurrentLayer(cell: RecurrentCell, options: RecurrentOptions): Layer {
  const { units, returns = 'last', reverse = false } = options;
  return defineLayer({
    kind: cell.kind,
    name: options.name,
    arity: [1, 2],
    recipe: { part: cell.kind, options },
    reversed: () => recurrentLayer(cell, { ...options, reverse: !reverse }),
    build(name, inputShapes, defaults) {
      const [, steps, features] = sequenceShape(name, inputShapes[0]);
      const counts = inputShapes.length > 1 ? stepMask(name, steps, inputShapes[1]) : undefined;
      const { input, ofState } = buildParts(name, cell, options, { steps, features }, defaults);
      const parts = [input, ...ofState];
      return {
        name,
        kind: cell.kind,
        inputShapes,
        outputShape: returns === 'sequence' ? [steps, units] : [units],
        parameters: partParameters(parts),
        parts,
        inputParts: [['input']],
        apply(b, [x, extent], parameters, mode) {
          // With one draw for the sequence the products of all steps are one product.
          const products = input.apply(b, x, parameters, mode);
          const maps = sampleMaps(b, ofState, parameters, mode);
          const take: TakeGates = (value, first, end = first + 1) =>
            b.slice(value, [undefined, { start: first * units, end: end * units }]);
          let states: readonly Value[] = Array.from({ length: cell.states }, () => b.constant(0, ['batch', units]));
          const outputs: Value[] = new Array(steps);
          for (let i = 0; i < steps; i++) {
            const t = reverse ? steps - 1 - i : i;
            const ofStep = b.slice(products, [undefined, { start: t, end: t + 1 }]);
            const next = cell.step(b, b.reshape(ofStep, ['batch', cell.gates * units]), states, maps, take);
            const isCounted = counts?.(b, extent, t);
            states = isCounted ? next.map((state, k) => b.selectGreater(isCounted, 0, state, states[k])) : next;
            outputs[t] = states[0];
          }
          if (returns === 'last') return b.label(states[0], 'output');
          const placed = outputs.map((output) => b.reshape(output, ['batch', 1, units]));
          return b.label(b.concatenate(placed, 1), 'output');
        },
      };
    },
  });
}

function buildParts(
  name: string,
  { gates, maps, gateBiases }: RecurrentCell,
  options: RecurrentOptions,
  { steps, features }: { readonly steps: number; readonly features: number },
  defaults: LayerDefaults,
) {
  const { units, bias = true, recurrentInitializer: initializer = 'orthogonal' } = options;
  const input = buildLinearPart(
    name,
    {
      name: 'input',
      weightShape: [features, gates * units],
      map: overTime(denseMap([steps], features, gates * units)),
      initializer: 'glorot',
      ...(gateBiases && { biasInitializer: { kind: 'runs', values: gateBiases } }),
    },
    options,
    defaults,
  );
  const ofState = maps.map((map) => {
    const columns = map.gates * units;
    const description = {
      name: map.name,
      weightShape: [units, columns],
      map: overTime(denseMap([], units, columns)),
      initializer,
      bias: bias && map.bias,
    };
    return buildLinearPart(name, description, { ...options, initializer }, defaults);
  });
  return { input, ofState };
}

/** The maps of the state under one draw of their noise. */
function sampleMaps(
  b: Builder,
  parts: readonly LinearPart[],
  parameters: LayerParameters,
  mode: ForwardMode,
): StateMaps {
  return Object.fromEntries(parts.map((part) => [part.name, part.sample(b, parameters, mode)]));
}

/** A map whose weights are used at every step, so that noise has to be that of the weights. */
function overTime(map: LinearMap): LinearMap {
  return {
    ...map,
    shared: true,
    refuses: (noise, estimator) =>
      noise.acts === 'weights' && estimator.preActivations
        ? `noise '${noise.name}' with estimator '${estimator.name}': all steps of a sequence have the same weights, but noise of pre-activations would be independent at each step; flipout, single and separate draw weights`
        : undefined,
  };
}
