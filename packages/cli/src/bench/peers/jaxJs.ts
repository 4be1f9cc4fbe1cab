import type { Array as JaxArray } from '@jax-js/jax';
import { VardropError } from '@vardrop/core';
import { createMinibatch, type Peer, type Workload, workloadScales } from '@vardrop/experiments';

type Jax = typeof import('@jax-js/jax');

/** Tensors of a layer, by name. */
type Layer = Record<'theta' | 'logVariance' | 'bias', JaxArray>;

const names = ['theta', 'logVariance', 'bias'] as const;

const { learningRate, trainingSize } = workloadScales;
const [k1, k2, k3] = [0.63576, 1.8732, 1.48695];
const [decay1, decay2, epsilon] = [0.9, 0.999, 1e-8];

/**
 * Runs without a global `Worker`. Node has none, and jax-js then computes on one thread. But ONNX Runtime defines one when it
 * is loaded, and jax-js checks for it at each compilation.
 */
async function withoutWorker<T>(run: () => Promise<T>): Promise<T> {
  const descriptor = Object.getOwnPropertyDescriptor(globalThis, 'Worker');
  Reflect.deleteProperty(globalThis, 'Worker');
  try {
    return await run();
  } finally {
    if (descriptor) Object.defineProperty(globalThis, 'Worker', descriptor);
  }
}

/**
 * The training step of a workload as written with jax-js, on its wasm backend: `valueAndGrad` and Adam in one `jit`.
 *
 * @throws VardropError `VARDROP_MISSING_PEER` where the package is not installed.
 */
export async function jaxJs(): Promise<Peer> {
  const jax = await import('@jax-js/jax').catch((cause: unknown) => {
    throw new VardropError(
      'VARDROP_MISSING_PEER',
      '[bench] peer: got no package @jax-js/jax, needs it installed. Run `npm install @jax-js/jax`.',
      { cause },
    );
  });
  // Otherwise jax-js tries all devices, and WebGPU fails without `navigator`.
  await withoutWorker(() => jax.init('wasm'));
  jax.defaultDevice('wasm');
  return { name: 'jax-js', prepare: async (workload) => prepare(jax, workload) };
}

/** The loss of a minibatch: that of the data, and the KL by its sigmoid approximation. */
function lossOf({ nn, numpy, random }: Jax, { widths, batch }: Workload) {
  const outputs = widths.slice(1);
  // A function consumes its array arguments; `ref` keeps one for another use.
  return (layers: Layer[], x: JaxArray, y: JaxArray, key: JaxArray): JaxArray => {
    let activation = x;
    let kl = numpy.zeros([]);
    const keys = random.split(key, layers.length);
    layers.forEach(({ theta, logVariance, bias }, i) => {
      const mean = numpy.matmul(activation.ref, theta.ref).add(bias);
      const variance = numpy.matmul(numpy.square(activation), numpy.exp(logVariance.ref));
      const zeta = random.normal(keys.ref.slice(i), [batch, outputs[i]]);
      const unit = mean.add(numpy.sqrt(variance.add(epsilon)).mul(zeta));
      activation = i + 1 < layers.length ? nn.relu(unit) : unit;
      const logAlpha = logVariance.sub(numpy.log(numpy.square(theta).add(epsilon)));
      const saturation = nn.sigmoid(logAlpha.ref.mul(k3).add(k2)).mul(k1);
      const negative = saturation.sub(nn.softplus(logAlpha.neg()).mul(0.5)).sub(k1);
      kl = kl.sub(negative.sum());
    });
    keys.dispose();
    const data = nn
      .logSoftmax(activation)
      .mul(y)
      .sum()
      .mul(-1 / batch);
    return data.add(kl.mul(1 / trainingSize));
  };
}

/** Loss, gradients and Adam in one `jit`. */
function stepOf(jax: Jax, workload: Workload) {
  const { numpy } = jax;
  const gradient = jax.valueAndGrad(lossOf(jax, workload));
  return jax.jit((layers: Layer[], first: Layer[], second: Layer[], x: JaxArray, y: JaxArray, key: JaxArray) => {
    const [loss, gradients] = gradient(jax.tree.ref(layers), x, y, key) as [JaxArray, Layer[]];
    const next = layers.map((layer, i) => {
      const updated = names.map((name) => {
        const g = gradients[i][name];
        const m = first[i][name].mul(decay1).add(g.ref.mul(1 - decay1));
        const v = second[i][name].mul(decay2).add(numpy.square(g).mul(1 - decay2));
        const change = m.ref.div(numpy.sqrt(v.ref).add(epsilon)).mul(learningRate);
        return [layer[name].sub(change), m, v] as const;
      });
      const pick = (part: 0 | 1 | 2) => Object.fromEntries(names.map((name, n) => [name, updated[n][part]])) as Layer;
      return [pick(0), pick(1), pick(2)];
    });
    return [loss, next.map(([layer]) => layer), next.map(([, m]) => m), next.map(([, , v]) => v)];
  });
}

/** Starts training on a workload. */
function prepare(jax: Jax, workload: Workload): Awaited<ReturnType<Peer['prepare']>> {
  const { numpy, random } = jax;
  const { widths, batch } = workload;
  const { inputs, targets } = createMinibatch(workload);
  const outputs = widths.slice(1);
  const classes = outputs[outputs.length - 1];
  const step = stepOf(jax, workload);
  const layersOf = (make: (shape: number[], name: (typeof names)[number], layer: number) => JaxArray): Layer[] =>
    outputs.map((out, i) => ({
      theta: make([widths[i], out], 'theta', i),
      logVariance: make([widths[i], out], 'logVariance', i),
      bias: make([out], 'bias', i),
    }));
  const zeros = (shape: number[]) => numpy.zeros(shape);
  let state: [Layer[], Layer[], Layer[]] = [
    layersOf((shape, name, i) => {
      if (name === 'theta') return random.normal(random.key(i), shape).mul(Math.sqrt(2 / shape[0]));
      return name === 'bias' ? zeros(shape) : numpy.full(shape, -10);
    }),
    layersOf(zeros),
    layersOf(zeros),
  ];
  let count = 0;
  return {
    run: () =>
      withoutWorker(async () => {
        const x = numpy.array(inputs.x, { shape: [batch, widths[0]] });
        const y = numpy.array(targets.output, { shape: [batch, classes] });
        const [loss, ...next] = step(...state, x, y, random.key(count++)) as [JaxArray, Layer[], Layer[], Layer[]];
        state = next;
        await loss.data();
      }),
    dispose() {
      for (const layer of state.flat()) for (const name of names) layer[name].dispose();
      step.dispose();
    },
  };
}
