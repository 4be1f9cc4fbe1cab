import * as tf from '@tensorflow/tfjs';

// Variational dropout of type B with one α for each input unit, and the cubic approximation of its KL divided by the rows.
class VariationalDense extends tf.layers.Layer {
  static className = 'VariationalDense';

  constructor({ units, relu = false, ...config }) {
    super(config);
    Object.assign(this, { units, relu });
  }

  build([, width]) {
    const kl = { apply: (rho) => this.kl(rho), getClassName: () => 'kl', getConfig: () => ({}) };
    this.weights_ = this.addWeight('weights', [width, this.units], 'float32', tf.initializers.heNormal({}));
    this.bias = this.addWeight('bias', [this.units], 'float32', tf.initializers.zeros());
    this.rho = this.addWeight('rho', [width, 1], 'float32', tf.initializers.constant({ value: -1.1 }), kl);
    this.built = true;
  }

  kl(rho) {
    const alpha = rho.sigmoid();
    const cubic = alpha.log().mul(0.5).add(alpha.mul(1.16145124)).sub(alpha.pow(2).mul(1.50204118));
    return cubic
      .add(alpha.pow(3).mul(0.58629921))
      .sum()
      .mul(-this.units / 400);
  }

  computeOutputShape([rows]) {
    return [rows, this.units];
  }

  call(inputs) {
    return tf.tidy(() => {
      const x = Array.isArray(inputs) ? inputs[0] : inputs;
      const weights = this.weights_.read();
      const variance = x.square().matMul(this.rho.read().sigmoid().mul(weights.square()));
      const noise = tf.randomNormal([x.shape[0], this.units]);
      const outputs = x.matMul(weights).add(variance.add(1e-8).sqrt().mul(noise)).add(this.bias.read());
      return this.relu ? outputs.relu() : outputs;
    });
  }

  getConfig() {
    return { ...super.getConfig(), units: this.units, relu: this.relu };
  }
}
tf.serialization.registerClass(VariationalDense);

// Points in a plane, labelled by the side of a circle that they are on.
const inputs = Float32Array.from({ length: 800 }, (_, i) => Math.sin(i * i + 1));
const targets = Array.from({ length: 400 }, (_, i) => (Math.hypot(inputs[2 * i], inputs[2 * i + 1]) > 0.9 ? 1 : 0));
const model = tf.sequential();
model.add(new VariationalDense({ units: 64, relu: true, inputShape: [2] }));
model.add(new VariationalDense({ units: 2 }));
model.add(tf.layers.softmax());
model.compile({ optimizer: tf.train.adam(0.001), loss: 'sparseCategoricalCrossentropy' });
await model.fit(tf.tensor2d(inputs, [400, 2]), tf.tensor1d(targets), { epochs: 100, batchSize: 50, verbose: 0 });
const asked = tf.tensor2d([0, 0, 0.9, 0], [2, 2]);
const mean = tf.stack(Array.from({ length: 32 }, () => model.predict(asked))).mean(0);
console.log(mean.argMax(1).dataSync());
