import { VardropError } from '@vardrop/core';
import { checkOptionNames } from '@vardrop/core/backend';
import type { Program } from '@vardrop/core/program';
import type { Opset } from '../model/graph.js';
import { checkOpset, emitModel, type KeySource } from './emitModel.js';
import { finishModel } from './finishModel.js';

/** How a program is exported. */
export interface ExportProgramOptions {
  /**
   * `given` (where left out): an input `key/<name>` (uint32 `[2]`) for each key that the program mentions. `training` or
   * `prediction`: inputs `seed` and `step` (int64, not negative), from which the graph makes the keys that the library
   * uses for that purpose; a training's steps and a prediction's samples are counted from 0.
   */
  readonly keys?: KeySource;
  /** As in `exportOnnx`, for programs with noise. */
  readonly opset?: Opset;
}

/**
 * Any program, such as `trainingProgram(…)`, as a standalone ONNX file. Its symbolic axis stays free, under the name
 * `batch`. Inputs keep their names; the next value of a carried input `w` is the output `w/next`, to be fed back as
 * `w`. Noise is made in the graph, bit for bit as in core; where it has one row for each datapoint, the input `row`
 * (int64) is the index of the first row, 0 in training. A name that is taken becomes `name:2`.
 *
 * Without noise the file is written for opset 17, else for opset 18 or `opset`. Throws `VARDROP_OPTION` for other
 * `keys` or `opset`, `VARDROP_EXPORT` for more than 2 GiB, and what `validate` throws of the program.
 */
export function exportProgram(program: Program, options: ExportProgramOptions = {}): Uint8Array<ArrayBuffer> {
  checkOptionNames('exportProgram', options, { keys: true, opset: true });
  const { keys = 'given', opset } = options;
  if (!['given', 'training', 'prediction'].includes(keys)) {
    throw new VardropError(
      'VARDROP_OPTION',
      `[exportProgram] keys: got '${String(keys)}', needs 'given', 'training' or 'prediction'.`,
    );
  }
  checkOpset('exportProgram', opset);
  return finishModel(program.name, emitModel(program, { keys, opset }), {
    documentation: `${program.name}: a program of Vardrop. An output "w/next" is the next value of the input "w".`,
    metadata: { kind: 'program' },
  });
}
