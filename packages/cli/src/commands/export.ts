import { describeOnnx, exportOnnx } from '@vardrop/adapter-onnx';
import { type PruneReport, prune, VardropError } from '@vardrop/core';
import { loadCheckpoint } from '@vardrop/core/node';
import type { ExportCommandOptions } from '../arguments/exportCommand.js';
import type { Export } from '../commandTypes.js';
import { counted } from '../counted.js';
import { writeOutput } from '../files/output.js';
import { networkOf } from '../training/resumeState.js';

/**
 * `vardrop export`: rebuilds the network of a checkpoint, prunes it if asked to, and writes it as an ONNX file.
 *
 * Throws what `loadCheckpoint` throws, `VARDROP_CHECKPOINT_FOREIGN` for one that `vardrop train` has not written, and what
 * `prune` and `exportOnnx` throw.
 */
export const exportNetwork: Export = async ({ checkpoint, output, kind, opset, prune: threshold }, stdout) => {
  const { state, metadata } = await loadCheckpoint(checkpoint);
  const model = networkOf('[vardrop export] --checkpoint', checkpoint, metadata);
  const foreign = Object.keys(state.parameters).find((name) => !model.parameters.some((own) => own.name === name));
  if (foreign !== undefined) refuse(checkpoint, `has '${foreign}' beside the network that it describes`);
  const pruned =
    threshold === undefined
      ? undefined
      : // Only the outputs under the means are computed, so only they have to stay.
        prune(model, state.parameters, { threshold, preserve: kind === 'mean' ? 'mean' : 'law' });
  const bytes = pruned
    ? exportOnnx(pruned.model, pruned.parameters, { kind, opset })
    : exportOnnx(model, state.parameters, { kind, opset });
  await writeOutput({ option: '--output', path: output }, bytes);
  stdout.write(summaryOf(bytes, { output, kind }, pruned?.report));
};

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
