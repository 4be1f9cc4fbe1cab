import { loadEmbeddedDigits } from '@vardrop/cli';

/**
 * The first digits of the training and test parts of 10,000 MNIST digits, in which the classes are mixed.
 *
 * @param {{ readonly train: number, readonly test: number }} counts
 */
export async function loadDigits(counts) {
  const { train, test } = await loadEmbeddedDigits();
  const first = ({ images, labels }, count) => ({
    inputs: images.subarray(0, count * 784),
    targets: labels.subarray(0, count),
  });
  return { train: first(train, counts.train), test: first(test, counts.test) };
}
