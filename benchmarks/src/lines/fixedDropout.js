import * as tf from '@tensorflow/tfjs';

// Points in a plane, labelled by the side of a circle that they are on.
const inputs = Float32Array.from({ length: 800 }, (_, i) => Math.sin(i * i + 1));
const targets = Array.from({ length: 400 }, (_, i) => (Math.hypot(inputs[2 * i], inputs[2 * i + 1]) > 0.9 ? 1 : 0));
const model = tf.sequential();
model.add(tf.layers.dense({ units: 64, activation: 'relu', inputShape: [2] }));
model.add(tf.layers.dropout({ rate: 0.2 }));
model.add(tf.layers.dense({ units: 2, activation: 'softmax' }));
model.compile({ optimizer: tf.train.adam(0.001), loss: 'sparseCategoricalCrossentropy' });
await model.fit(tf.tensor2d(inputs, [400, 2]), tf.tensor1d(targets), { epochs: 100, batchSize: 50, verbose: 0 });
const asked = tf.tensor2d([0, 0, 0.9, 0], [2, 2]);
const samples = Array.from({ length: 32 }, () => model.apply(asked, { training: true }));
const labels = tf.stack(samples).mean(0).argMax(1).dataSync();
console.log(labels);
