import { type Network, VardropError } from '@vardrop/core';
import { checkObject } from '@vardrop/core/backend';
import { type OutputKind, outputOf, sparseLayers } from './sparseLayers.js';
import { type SparseModule, sparseModule } from './sparseModule.js';

/** A network as one small WebAssembly module, and a function of it. */
export interface SparseNetwork {
  /** The module, with the weights inside. It imports nothing. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /**
   * The text of a JavaScript module that holds all of it and needs nothing else: `import { predict } from './network.js'`, in pages and Node.
   * It awaits its WebAssembly when it is imported.
   */
  readonly source: string;
  /**
   * Predicts one row, `[in]`: probabilities of the classes, of yes, or means of the targets, `[out]`, under the means of the weights. The
   * result belongs to the caller. Throws `VARDROP_INPUT` for another number of inputs.
   */
  predict(inputs: ArrayLike<number>): Float32Array<ArrayBuffer>;
}

/**
 * Compiles a trained network of dense layers in a row into one WebAssembly module that holds the weights that are not 0, and nothing else:
 * for pages where kilobytes and the time to the first prediction count. Prune it first (`prune`, or `mask`): a weight that is left takes six
 * bytes and one multiplication. It needs no framework and no backend. Predictions are those of `predict` with mode `mean`, up to the order
 * of sums; a network with a preprocessing takes what `preprocess` makes.
 *
 * Throws `VARDROP_SPARSE` for other layers than `dense` with `linear`, `relu` or `leakyRelu`, `activation`, `flatten` and `reshape`, for
 * graphs with branches, posteriors, and other likelihoods than `categorical`, `binary`, `gaussian`, `laplace` and `studentT`.
 *
 * ```js
 * const { source } = await compileSparse(network);
 * await writeFile('network.js', source);
 * ```
 */
export async function compileSparse(network: Network): Promise<SparseNetwork> {
  checkObject('VARDROP_SPARSE', '[compileSparse] network', network, 'toBytes', 'createNetwork()');
  const layers = sparseLayers(network);
  const output = outputOf(network);
  const built = sparseModule(layers);
  const [inputs, outputs] = [layers[0].inputs, layers[layers.length - 1].outputs];
  const { instance } = await WebAssembly.instantiate(built.bytes);
  const { memory, run } = instance.exports as { readonly memory: WebAssembly.Memory; readonly run: () => void };
  return {
    bytes: built.bytes,
    source: sourceOf(built, { inputs, outputs }, output),
    predict(given) {
      if (given?.length !== inputs) {
        throw new VardropError(
          'VARDROP_INPUT',
          `[compileSparse] inputs: got ${given?.length ?? String(given)} numbers, needs ${inputs}, those of one row.`,
        );
      }
      new Float32Array(memory.buffer, built.input, inputs).set(given);
      run();
      return finish[output.kind](new Float32Array(memory.buffer, built.output, outputs).slice(), output.temperature);
    },
  };
}

/** What becomes of the outputs. The texts of these functions are part of the source, so they use nothing but their arguments. */
const finish: Readonly<
  Record<OutputKind, (y: Float32Array<ArrayBuffer>, temperature: number) => Float32Array<ArrayBuffer>>
> = {
  classes: (y, temperature) => {
    const greatest = Math.max(...y);
    const all = y.map((value) => Math.exp((value - greatest) / temperature));
    const sum = all.reduce((total, value) => total + value, 0);
    return all.map((value) => value / sum);
  },
  yes: (y, temperature) => y.map((value) => 1 / (1 + Math.exp(-value / temperature))),
  numbers: (y) => y,
};

function sourceOf(
  { bytes, input, output }: SparseModule,
  { inputs, outputs }: { readonly inputs: number; readonly outputs: number },
  { kind, temperature }: { readonly kind: OutputKind; readonly temperature: number },
): string {
  return `// A network: predict(inputs) takes ${inputs} numbers and gives ${outputs}.
const text = '${base64(bytes)}';
const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const { memory, run } = (await WebAssembly.instantiate(bytes)).instance.exports;
const finish = ${String(finish[kind])};
export function predict(inputs) {
  if (inputs.length !== ${inputs}) throw new RangeError('got ' + inputs.length + ' numbers, needs ${inputs}');
  new Float32Array(memory.buffer, ${input}, ${inputs}).set(inputs);
  run();
  return finish(new Float32Array(memory.buffer, ${output}, ${outputs}).slice(), ${temperature});
}
`;
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
