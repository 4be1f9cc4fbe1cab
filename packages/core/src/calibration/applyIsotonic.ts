import type { BinaryPrediction, ClassificationPrediction } from '../prediction/index.js';
import type { IsotonicMap, IsotonicRule } from './isotonicRule.js';

/**
 * The prediction with calibrated probabilities, and with the labels and the entropy of those. Of several classes each is calibrated
 * against the others, and the probabilities of a row are divided by their sum, or are all alike where it is 0 (Zadrozny & Elkan 2002).
 */
export function applyIsotonic<Given extends ClassificationPrediction | BinaryPrediction>(
  prediction: Given,
  { maps }: IsotonicRule,
): Given {
  const { kind, rows, probabilities } = prediction;
  const width = probabilities.length / rows;
  const isBinary = kind === 'binary';
  const exact = Float64Array.from(probabilities, (p, i) => {
    const column = i % width;
    if (isBinary || maps.length > 1) return heightAt(maps[column], p);
    const second = heightAt(maps[0], probabilities[i - column + 1]);
    return column === 1 ? second : 1 - second;
  });
  if (!isBinary && maps.length > 1) normalise(exact, width);
  const calibrated = Float32Array.from(exact);
  const entropy = new Float64Array(isBinary ? calibrated.length : rows);
  for (let i = 0; i < calibrated.length; i++) {
    if (isBinary) entropy[i] = entropyOf(calibrated[i]) + entropyOf(1 - calibrated[i]);
    else entropy[Math.floor(i / width)] += entropyOf(calibrated[i]);
  }
  const labels = isBinary ? Int32Array.from(calibrated, (p) => (p > 0.5 ? 1 : 0)) : mostProbable(calibrated, rows);
  return { ...prediction, probabilities: calibrated, labels, entropy };
}

const entropyOf = (p: number) => (p > 0 ? -p * Math.log(p) : 0);

/** The value of a map, whose ends are level. */
function heightAt({ x, y }: IsotonicMap, at: number): number {
  let [low, high] = [0, x.length - 1];
  if (at <= x[low]) return y[low];
  if (at >= x[high]) return y[high];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (x[middle] <= at) low = middle;
    else high = middle;
  }
  return y[low] + ((y[high] - y[low]) * (at - x[low])) / (x[high] - x[low]);
}

function normalise(probabilities: Float64Array, classes: number): void {
  for (let start = 0; start < probabilities.length; start += classes) {
    const row = probabilities.subarray(start, start + classes);
    const sum = row.reduce((total, p) => total + p, 0);
    row.forEach((p, c) => {
      row[c] = sum > 0 ? p / sum : 1 / classes;
    });
  }
}

function mostProbable(probabilities: Float32Array, rows: number): Int32Array<ArrayBuffer> {
  const classes = probabilities.length / rows;
  const labels = new Int32Array(rows);
  probabilities.forEach((p, i) => {
    const row = Math.floor(i / classes);
    if (p > probabilities[row * classes + labels[row]]) labels[row] = i % classes;
  });
  return labels;
}
