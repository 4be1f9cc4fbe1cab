import { describe, expect, test } from 'vitest';
import { parseArguments } from '../src/arguments.js';
import { alphas, backends, divergences, estimators, noises } from '../src/choices.js';
import { type TrainOptions, trainDefaults } from '../src/trainOptions.js';

function options(...words: string[]): TrainOptions {
  const parsed = parseArguments(['train', ...words], '1.2.3');
  if (parsed.kind !== 'train') throw new Error(`parsed as ${parsed.kind}`);
  return parsed.options;
}

function printed(...words: string[]): string {
  const parsed = parseArguments(words, '1.2.3');
  if (parsed.kind !== 'print') throw new Error('a training');
  return parsed.text;
}

describe('vardrop train', () => {
  test('has defaults, and leaves out what the noise model decides', () => {
    expect(options()).toEqual(trainDefaults);
  });

  test('takes every option', () => {
    const line =
      '--backend tfjs:cpu --noise sparse --alpha weight --estimator flipout --divergence ard --rate 0.25 --layers 300,100 ' +
      '--epochs 3 --batch 64 --seed 4294967295 --learning-rate 1e-4 --kl-weight 0.5 --samples 5 --data images --json out.json --report out.html ' +
      '--log metrics.jsonl --checkpoint net.safetensors --resume old.safetensors --quiet --verbose';
    expect(options(...line.split(' '))).toEqual({
      given: expect.arrayContaining(['resume', 'epochs', 'quiet']),
      backend: 'tfjs:cpu',
      noise: 'sparse',
      alpha: 'weight',
      estimator: 'flipout',
      divergence: 'ard',
      rate: 0.25,
      layers: [300, 100],
      epochs: 3,
      batch: 64,
      seed: 4294967295,
      learningRate: 1e-4,
      klWeight: 0.5,
      samples: 5,
      data: 'images',
      json: 'out.json',
      log: 'metrics.jsonl',
      report: 'out.html',
      compare: false,
      checkpoint: 'net.safetensors',
      resume: 'old.safetensors',
      quiet: true,
      verbose: true,
    });
  });

  test('takes every name of every choice', () => {
    for (const backend of backends) expect(options('--backend', backend).backend).toBe(backend);
    for (const noise of noises) expect(options('--noise', noise).noise).toBe(noise);
    for (const alpha of alphas) expect(options('--alpha', alpha).alpha).toBe(alpha);
    for (const estimator of estimators) expect(options('--estimator', estimator).estimator).toBe(estimator);
    for (const divergence of divergences) expect(options('--divergence', divergence).divergence).toBe(divergence);
  });

  test('does not carry values from one command line to the next', () => {
    expect(options('--epochs', '3', '--compare')).toMatchObject({ epochs: 3, compare: true });
    expect(options()).toEqual(trainDefaults);
  });
});

describe('help and version', () => {
  test('are printed, whatever way they are asked for', () => {
    expect(printed('--version')).toBe('1.2.3\n');
    for (const words of [[], ['--help'], ['help']]) expect(printed(...words)).toContain('train [options]');
    for (const words of [
      ['train', '--help'],
      ['help', 'train'],
    ]) {
      const text = printed(...words);
      for (const name of [...backends, ...noises, ...alphas, ...estimators, ...divergences])
        expect(text).toContain(name);
      for (const option of ['--samples', '--checkpoint', '--resume', '--json', '--quiet'])
        expect(text).toContain(option);
    }
  });
});

describe('what cannot be understood is refused', () => {
  test.each([
    [
      'trian',
      'VARDROP_UNKNOWN_COMMAND',
      '[vardrop] command: got "trian", needs one of train, predict, evaluate, calibrate, reproduce, conformance, export, bench, new-backend. Did you mean train? See vardrop --help.',
    ],
    ['help nonsense', 'VARDROP_UNKNOWN_COMMAND', '[vardrop] help: got "nonsense"'],
    [
      '--epochs 3',
      'VARDROP_UNKNOWN_OPTION',
      '[vardrop] --epochs: got an unknown option, needs one of --version, --help.',
    ],
    ['train --epoch 3', 'VARDROP_UNKNOWN_OPTION', 'Did you mean --epochs? See vardrop train --help.'],
    ['train --epochs', 'VARDROP_MISSING_VALUE', '[vardrop train] --epochs <count>: got no value'],
    ['train here there', 'VARDROP_EXCESS_ARGUMENT', '[vardrop train] arguments: got "here there", needs one data, and'],
    ['reproduce speed --model lenet-5', 'VARDROP_OPTION_CLASH', '[vardrop reproduce] --model: got it with speed'],
    ['reproduce error --foreign letters', 'VARDROP_OPTION_CLASH', '--foreign: got it with error'],
    ['reproduce sparsity --model lenet-4', 'VARDROP_UNKNOWN_MODEL', 'needs one of lenet-300-100, lenet-5.'],
    ['reproduce all speed', 'VARDROP_EXCESS_ARGUMENT', 'needs one experiment, and beside it options'],
    ['bench here', 'VARDROP_EXCESS_ARGUMENT', 'needs options and their values only'],
    ['train a.csv --data b.csv', 'VARDROP_OPTION_CLASH', '[vardrop train] --data: got a.csv as well'],
    ['train a.csv --target a,,b', 'VARDROP_INVALID_OPTION', '--target: got "a,,b", needs names of columns'],
    ['train a.csv --target a,a', 'VARDROP_INVALID_OPTION', 'each once'],
    ['train a.csv --likelihood gausian', 'VARDROP_UNKNOWN_LIKELIHOOD', 'Did you mean gaussian?'],
    ['train a.csv --folds 1', 'VARDROP_INVALID_OPTION', '--folds: got "1", needs a whole number from 2'],
    ['train a.csv --folds 3 --checkpoint c', 'VARDROP_OPTION_CLASH', '--folds: got --checkpoint as well'],
    ['train a.csv --folds 3 --trials 3', 'VARDROP_OPTION_CLASH', '--folds: got --trials as well'],
    ['train a.csv --trials 3 --resume c', 'VARDROP_OPTION_CLASH', '--trials: got --resume as well'],
    ['train --trials-file t', 'VARDROP_OPTION_CLASH', '--trials-file: got it alone, needs --trials'],
    ['predict n.safetensors', 'VARDROP_MISSING_VALUE', '[vardrop predict]'],
    ['predict n.safetensors a.csv', 'VARDROP_MISSING_VALUE', '[vardrop predict] --output: got nothing, needs a file'],
    ['evaluate n.safetensors a.csv b.csv', 'VARDROP_EXCESS_ARGUMENT', '[vardrop evaluate] arguments'],
    [
      'train --backend tfjs:wsm',
      'VARDROP_UNKNOWN_BACKEND',
      '[vardrop train] --backend: got "tfjs:wsm", needs one of wasm, tfjs:wasm, tfjs:cpu, tfjs:webgpu, onnx:wasm, onnx:native, onnx:webgpu, gpujs:webasm, gpujs:cpu, gpujs:webgpu, reference, the path of a module such as ./my-backend.js, or the name of an installed package. Did you mean tfjs:wasm?',
    ],
    [
      'train --backend cuda',
      'VARDROP_UNKNOWN_BACKEND',
      'needs one of wasm, tfjs:wasm, tfjs:cpu, tfjs:webgpu, onnx:wasm, onnx:native, onnx:webgpu, gpujs:webasm, gpujs:cpu, gpujs:webgpu, reference, the path of a module such as ./my-backend.js, or the name of an installed package. Choose one of them.',
    ],
    ['train --noise varational-b', 'VARDROP_UNKNOWN_NOISE', 'Did you mean variational-b?'],
    ['train --alpha neuron', 'VARDROP_UNKNOWN_ALPHA', 'needs one of network, layer, input, output, weight'],
    ['train --estimator Local', 'VARDROP_UNKNOWN_ESTIMATOR', 'Did you mean local?'],
    ['train --divergence cubik', 'VARDROP_UNKNOWN_DIVERGENCE', 'Did you mean cubic?'],
    [
      'train --layers abc',
      'VARDROP_INVALID_OPTION',
      '[vardrop train] --layers: got "abc", needs comma-separated positive integers such as 500,500 or layers such as conv 3x3x16, pool 2, dense 128, each at most 1000000, or a file such as layers.json. Give the units of each hidden layer, or for "abc" one of dense 128, conv 3x3x16',
    ],
    ['train --layers 500,,3', 'VARDROP_INVALID_OPTION', '--layers: got "500,,3"'],
    ['train --layers 500,0', 'VARDROP_INVALID_OPTION', '--layers: got "500,0"'],
    ['train --layers 9999999999', 'VARDROP_INVALID_OPTION', 'each at most'],
    ['train --epochs 0', 'VARDROP_INVALID_OPTION', 'needs a whole number from 1 to'],
    ['train --epochs 1.5', 'VARDROP_INVALID_OPTION', '--epochs: got "1.5"'],
    ['train --batch -1', 'VARDROP_INVALID_OPTION', '--batch: got "-1"'],
    ['train --seed 4294967296', 'VARDROP_INVALID_OPTION', 'needs a whole number from 0 to 4294967295'],
    ['train --samples 0x10', 'VARDROP_INVALID_OPTION', '--samples: got "0x10"'],
    ['train --learning-rate 0', 'VARDROP_INVALID_OPTION', 'needs a number greater than 0'],
    ['train --learning-rate Infinity', 'VARDROP_INVALID_OPTION', '--learning-rate: got "Infinity"'],
    ['train --learning-rate 1e999', 'VARDROP_INVALID_OPTION', '--learning-rate: got "1e999"'],
    ['train --rate 1', 'VARDROP_INVALID_OPTION', 'needs a dropout rate p with 0 <= p < 1'],
    ['train --rate -0.1', 'VARDROP_INVALID_OPTION', '--rate: got "-0.1"'],
    ['train --compare --noise sparse', 'VARDROP_OPTION_CLASH', '--compare: got --noise as well'],
    ['train --alpha layer --compare', 'VARDROP_OPTION_CLASH', '--compare: got --alpha as well'],
    ['train --compare --checkpoint net', 'VARDROP_OPTION_CLASH', '--compare: got --checkpoint as well'],
    ['train --report=', 'VARDROP_INVALID_OPTION', '--report: got "", needs the path of a file'],
  ])('%s', (line, code, message) => {
    let thrown: unknown;
    try {
      parseArguments(line.split(' '), '1.2.3');
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ name: 'VardropError', code, message: expect.stringContaining(message) });
  });
});
