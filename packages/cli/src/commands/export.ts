import { describeOnnx, exportOnnx } from '@vardrop/adapter-onnx';
import { type Network, type PruneReport, prune, VardropError } from '@vardrop/core';
import { allParameters } from '@vardrop/core/extend';
import { loadCheckpoint, loadNetwork } from '@vardrop/core/node';
import { createReferenceBackend } from '@vardrop/core/reference';
import type { ExportCommandOptions } from '../arguments/exportCommand.js';
import type { Export } from '../commandTypes.js';
import { counted } from '../counted.js';
import { writeOutput } from '../files/output.js';
import { networkOf } from '../training/resumeState.js';

/**
 * `vardrop export`: reads a network file, or the network of a checkpoint, prunes it if asked to, and writes it as an ONNX file.
 *
 * Throws what `loadCheckpoint` and `loadNetwork` throw, `VARDROP_CHECKPOINT_FOREIGN` for a checkpoint that `vardrop train` has not
 * written, and what `prune` and `exportOnnx` throw.
 */
export const exportNetwork: Export = async ({ checkpoint, output, kind, prune: threshold, ...options }, stdout) => {
  const { model, parameters, posterior } = await readTrained(checkpoint);
  if (threshold !== undefined && posterior !== undefined) {
    throw new VardropError(
      'VARDROP_EXPORT',
      `[vardrop export] --prune: got ${checkpoint} with a posterior of kind '${posterior.kind}', needs a network without, whose weights alone predict. Leave out --prune.`,
    );
  }
  const { opset, weights, sparse } = options;
  const common = { kind, opset, weights, sparse };
  const pruned =
    threshold === undefined
      ? undefined
      : // Only the outputs under the means are computed, so only they have to stay.
        prune(model, parameters, { threshold, preserve: kind === 'mean' ? 'mean' : 'law' });
  const bytes = pruned
    ? exportOnnx(pruned.model, pruned.parameters, common)
    : exportOnnx(model, parameters, { ...common, ...(posterior && { posterior }) });
  await writeOutput({ option: '--output', path: output }, bytes);
  stdout.write(summaryOf(bytes, { output, kind }, pruned?.report));
};

/** The network of a checkpoint, or of a network file. */
async function readTrained(path: string): Promise<Pick<Network, 'model' | 'parameters' | 'posterior'>> {
  const read = await loadCheckpoint(path).catch(async (error) => {
    if (!hasCode(error, 'VARDROP_CHECKPOINT_FOREIGN')) throw error;
    // It does not run here; a network has a backend all the same.
    return loadNetwork(path, { backend: createReferenceBackend() }).catch((other) => {
      throw hasCode(other, 'VARDROP_NETWORK_FOREIGN') ? error : other;
    });
  });
  if ('model' in read) return read;
  const { state, metadata } = read;
  const model = networkOf('[vardrop export] --checkpoint', path, metadata);
  const own = allParameters(model);
  const foreign = Object.keys(state.parameters).find((name) => !own.some((each) => each.name === name));
  if (foreign !== undefined) refuse(path, `has '${foreign}' beside the network that it describes`);
  return { model, parameters: { ...state.parameters, ...state.carried }, posterior: undefined };
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof VardropError && error.code === code;
}

function refuse(path: string, which: string): never {
  throw new VardropError(
    'VARDROP_CHECKPOINT_FOREIGN',
    `[vardrop export] --checkpoint: got ${path}, which ${which}, needs one that vardrop train has written. Export the network from a program, with exportOnnx.`,
  );
}

function summaryOf(
  bytes: Uint8Array,
  { output, kind }: Pick<ExportCommandOptions, 'output' | 'kind'>,
  report: PruneReport | undefined,
): string {
  const { inputs, outputs, opset } = describeOnnx(bytes);
  const list = (values: typeof inputs) => values.map(({ name, shape }) => `${name} [${shape.join(', ')}]`).join(', ');
  const lines = [
    `${output}: ${kind}, opset ${opset}, ${bytes.length} bytes`,
    `inputs: ${list(inputs)}`,
    `outputs: ${list(outputs)}`,
  ];
  if (report) {
    lines.push(
      `pruned: ${report.nonZero} of ${report.weightsBefore} weights are not zero, ${counted(report.unitsRemoved, 'unit')} removed, ${counted(report.weightsAfter, 'weight')} stored`,
    );
  }
  return `${lines.join('\n')}\n`;
}
