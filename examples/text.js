// Which language is a word from? A small transformer reads its letters: an embedding, positions, and blocks of causal attention, in
// which every letter sees those before it. The last place has seen the whole word and decides. Accents are taken away, since they
// would give the answer. Beside it a count of pairs of letters (naive Bayes). Some words are of several languages; the network
// cannot know which one is meant, and should say so.

import { wordlist as czech } from '@scure/bip39/wordlists/czech.js';
import { wordlist as english } from '@scure/bip39/wordlists/english.js';
import { wordlist as french } from '@scure/bip39/wordlists/french.js';
import { wordlist as italian } from '@scure/bip39/wordlists/italian.js';
import { wordlist as portuguese } from '@scure/bip39/wordlists/portuguese.js';
import { wordlist as spanish } from '@scure/bip39/wordlists/spanish.js';
import { createWasmBackend } from '@vardrop/adapter-wasm';
import {
  adam,
  add,
  cropping1d,
  dense,
  embedding,
  evaluateClassification,
  fit,
  flatten,
  input,
  layerNorm,
  model,
  multiHeadAttention,
  piecewiseLinear,
  positionEmbedding,
  predict,
  variationalDropout,
} from '@vardrop/core';
import * as random from '@vardrop/core/random';
import { printTable } from './common/printTable.js';
import { readSize } from './common/readSize.js';

const { words, epochs, batch, units, blocks, samples } = readSize({
  quick: { words: 1500, epochs: 4, batch: 10, units: 16, blocks: 1, samples: 8 },
  full: { words: Number.POSITIVE_INFINITY, epochs: 20, batch: 50, units: 48, blocks: 2, samples: 32 },
});

// 2048 common words of each language, in an order that mixes them. Every fifth is for the test.
const lists = {
  Czech: czech,
  English: english,
  French: french,
  Italian: italian,
  Portuguese: portuguese,
  Spanish: spanish,
};
const languages = Object.keys(lists);
const plain = (word) => word.normalize('NFD').replace(/\p{M}/gu, '');
const all = Object.values(lists).flatMap((list, label) => list.map((word) => ({ word: plain(word), label })));
const order = random.uniform(random.key(1), all.length);
const shuffled = Array.from(all.keys())
  .sort((i, j) => order[i] - order[j])
  .map((i) => all[i])
  .slice(0, words);
const test = shuffled.filter((_, i) => i % 5 === 4);
const train = shuffled.filter((_, i) => i % 5 !== 4);

// Letters are 1 to 26. Words are padded with 0 in front, so that all of them end at the last place.
const length = Math.max(...all.map(({ word }) => word.length));
const letters = ({ word }) => Array.from(word.padStart(length, '`'), (letter) => letter.charCodeAt(0) - 96);
const dataOf = (rows) => ({ inputs: rows.flatMap(letters), targets: rows.map(({ label }) => label) });

function block(x) {
  const attended = add()(x, multiHeadAttention({ heads: 4, causal: true })(layerNorm()(x)));
  const hidden = dense({ units: 2 * units, activation: 'relu' })(layerNorm()(attended));
  return add()(attended, dense({ units })(hidden));
}

const word = input({ shape: [length], kind: 'integers' });
let x = positionEmbedding({ length })(embedding({ rows: 27, units })(word));
for (let i = 0; i < blocks; i++) x = block(x);
const last = flatten()(cropping1d({ cropping: [length - 1, 0] })(layerNorm()(x)));
const transformer = model({
  inputs: word,
  outputs: dense({ units: languages.length })(last),
  noise: variationalDropout({ type: 'A', rate: 0.1 }),
});

const backend = await createWasmBackend();
const { state } = await fit(transformer, {
  backend,
  data: dataOf(train),
  optimizer: adam({ learningRate: 0.003 }),
  learningRateFactor: piecewiseLinear([Math.floor(epochs / 2), 1], [epochs, 0.02]),
  epochs,
  batch,
  seed: 1,
});
const { inputs, targets } = dataOf(test);
const prediction = await predict(transformer, { backend, parameters: state.parameters, inputs, samples });
await backend.close();

const { error, nll, ece } = evaluateClassification(prediction, targets);
const percent = (share) => `${(100 * share).toFixed(1)} %`;
// The standard error of a share of independent words.
const withSpread = (share) =>
  `${percent(share)} ± ${(100 * Math.sqrt((share * (1 - share)) / test.length)).toFixed(1)}`;
console.log(
  `${train.length} words of ${languages.length} languages; errors on ${test.length} others, ± one standard error`,
);
printTable(
  ['classifier', 'test error', 'NLL', 'ECE'],
  [
    ['pairs of letters', withSpread(pairsError()), '', ''],
    ['transformer', withSpread(error), nll.toFixed(3), percent(ece)],
  ],
);
console.log();
const hard = Array.from(test.keys()).sort((i, j) => prediction.entropy[j] - prediction.entropy[i]);
printTable(
  ['most uncertain words', 'language', 'likeliest', 'probability', 'entropy'],
  hard
    .slice(0, 8)
    .map((i) => [
      test[i].word,
      languages[test[i].label],
      languages[prediction.labels[i]],
      percent(prediction.probabilities[i * languages.length + prediction.labels[i]]),
      prediction.entropy[i].toFixed(2),
    ]),
);

/** The test error of a naive Bayes classifier that counts each pair of neighbouring letters, ends included, once more. */
function pairsError() {
  const pairs = ({ word }) => Array.from(`^${word}`, (letter, i) => letter + (word[i] ?? '$'));
  const counts = languages.map(() => new Map());
  const totals = languages.map(() => 0);
  for (const row of train) {
    for (const pair of pairs(row)) {
      counts[row.label].set(pair, (counts[row.label].get(pair) ?? 0) + 1);
      totals[row.label]++;
    }
  }
  const score = (row, label) =>
    pairs(row).reduce(
      (sum, pair) => sum + Math.log(((counts[label].get(pair) ?? 0) + 1) / (totals[label] + 27 * 27)),
      0,
    );
  const guess = (row) => {
    const scores = languages.map((_, label) => score(row, label));
    return scores.indexOf(Math.max(...scores));
  };
  return test.filter((row) => guess(row) !== row.label).length / test.length;
}
