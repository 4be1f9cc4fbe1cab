import type { ClassificationPrediction } from '@vardrop/core';
import type { ImageDataset } from '../data/imageDataset.js';
import type { UncertainImage } from '../report/trainingReport.js';

/** How many images of each order the report shows. */
const shown = 24;

/** The test images with the largest predictive entropy and those with the largest mutual information. */
export function mostUncertain(
  prediction: ClassificationPrediction,
  data: Pick<ImageDataset, 'width' | 'height' | 'channels' | 'test'>,
): readonly UncertainImage[] {
  const { entropy, mutualInformation, probabilities, labels, classes, rows } = prediction;
  const largest = (values: Float64Array) =>
    Array.from({ length: rows }, (_, index) => index)
      .sort((a, b) => values[b] - values[a] || a - b)
      .slice(0, shown);
  const pixels = data.width * data.height * data.channels;
  return [...new Set([...largest(entropy), ...largest(mutualInformation)])].map((index) => ({
    index,
    image: greyOf(data.test.images.subarray(index * pixels, (index + 1) * pixels), data.channels),
    width: data.width,
    height: data.height,
    label: data.test.labels[index],
    predicted: labels[index],
    probabilities: Array.from(probabilities.subarray(index * classes, (index + 1) * classes)),
    entropy: entropy[index],
    mutualInformation: mutualInformation[index],
  }));
}

/** The mean over the channels of each pixel. */
function greyOf(image: Float32Array, channels: number): Float32Array {
  if (channels === 1) return image;
  return Float32Array.from({ length: image.length / channels }, (_, pixel) => {
    const values = image.subarray(pixel * channels, (pixel + 1) * channels);
    return values.reduce((sum, value) => sum + value, 0) / channels;
  });
}
