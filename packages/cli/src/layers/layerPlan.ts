import { VardropError } from '@vardrop/core';
import { fileReason } from '../files/fileReason.js';
import { readRegular } from '../files/openRegular.js';
import { invalidValue, type ReadValue } from '../optionValues.js';
import { readSteps, stepExamples, writeSteps } from './layerNotation.js';

/** What `--layers` takes: units of dense layers, the notation of layers, or the path of a JSON file. */
export type LayersOption = readonly number[] | string;

/** The layers of a network: units, notation, or what is in the file. */
export type LayerPlan = readonly number[] | string | LayerFile;

/** A JSON file with the description of layers or of a whole network. */
export interface LayerFile {
  readonly path: string;
  readonly json: unknown;
}

/** Whether the value of `--layers` is the path of a file. */
export function isLayerFile(layers: LayersOption): layers is string {
  return typeof layers === 'string' && /\.json$/i.test(layers);
}

/** How the notation is written, for help. */
export const layerExamples = stepExamples.join(', ');

/** @returns a reader of `--layers` (`VARDROP_INVALID_OPTION`). Whether a file is there and can be read is found out later. */
export function readLayers(option: string, largest: number): ReadValue<LayersOption> {
  return (text) => {
    if (isLayerFile(text) && !text.includes('\0')) return text;
    const steps = readSteps(text, largest);
    if (!('wrong' in steps))
      return /[a-z]/i.test(text) ? writeSteps(steps) : steps.map(({ numbers: [units] }) => units);
    const what = `comma-separated positive integers such as 500,500 or layers such as conv 3x3x16, pool 2, dense 128, each at most ${largest}, or a file such as layers.json`;
    const remedy = `Give the units of each hidden layer, or for "${steps.wrong}" one of ${layerExamples}`;
    throw invalidValue('VARDROP_INVALID_OPTION', option, text, what, remedy);
  };
}

/**
 * Reads the file of `--layers`, if it is one.
 *
 * @throws VardropError `VARDROP_LAYERS` for a file that cannot be read or is not JSON.
 */
export async function loadLayers(layers: LayersOption): Promise<LayerPlan> {
  if (!isLayerFile(layers)) return layers;
  const refuse = (got: string): never => {
    throw new VardropError(
      'VARDROP_LAYERS',
      `[vardrop train] --layers: got ${layers} (${got}), needs JSON: a list of layers, or a whole network, as describeModel gives them. Check the file.`,
    );
  };
  const bytes = await readRegular(layers).catch((cause) => refuse(fileReason(cause)));
  try {
    return { path: layers, json: JSON.parse(Buffer.from(bytes).toString()) };
  } catch (cause) {
    return refuse((cause as Error).message);
  }
}
