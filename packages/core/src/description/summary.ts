import { checkObject } from '../checkObject.js';
import { type LinearPart, partParameters } from '../layers/linearPart.js';
import { type LayerCall, type Model, modelParts } from '../layers/model/model.js';
import type { ParameterSpecification } from '../noise/noiseModel.js';
import { elementCount, formatShape } from '../program/shapes.js';

/** Cells of one row. Numbers are aligned to the right. */
interface Row {
  readonly layer: string;
  readonly outputs?: string;
  readonly parameters?: string;
  readonly noise?: string;
  readonly estimator?: string;
  readonly divergence?: string;
  readonly inputs?: string;
}

const headings: Required<Row> = {
  layer: 'layer',
  outputs: 'outputs',
  parameters: 'parameters',
  noise: 'noise',
  estimator: 'estimator',
  divergence: 'divergence',
  inputs: 'reads',
};

/**
 * A model as a table of text: each use of a layer with the shape of its outputs, its parameters, its noise (and what one α belongs
 * to), estimator and divergence; for models that are no chain also what it reads. A layer with several maps has a row for each
 * of them. Below are the numbers of all parameters, of carried values and of KL terms, and where several outputs come from. Throws `VARDROP_MODEL` for no model.
 */
export function summary(model: Model): string {
  checkObject('VARDROP_MODEL', '[summary] model', model, 'apply', 'sequential()');
  const { inputs, calls, parameters, carried } = model;
  const ofNetwork = parameters.filter(({ owner }) => owner === 'network');
  const rows: readonly Row[] = [
    ...inputs.map(({ name, shape }) => ({ layer: `${name} (input)`, outputs: shapeOf(shape) })),
    ...calls.flatMap(rowsOf),
    ...(ofNetwork.length > 0 ? [{ layer: 'network', parameters: grouped(sizeOf(ofNetwork)) }] : []),
  ];
  const terms = modelParts(model).filter(({ part }) => part.divergence !== undefined).length;
  const totals = [
    `parameters: ${grouped(sizeOf(parameters))}`,
    ...(carried.length > 0 ? [`carried: ${grouped(sizeOf(carried))}`] : []),
    `KL terms: ${terms}`,
  ];
  const outputs = model.outputs.map(({ name, from }) => `${name} = ${from}`);
  if (outputs.length > 1) totals.push(`outputs: ${outputs.join(', ')}`);
  return `${tableOf(isChain(model) ? rows.map(({ inputs: _, ...row }) => row) : rows)}\n\n${totals.join(', ')}`;
}

function rowsOf({ name, layer, inputs }: LayerCall): readonly Row[] {
  const { kind, parts = [], parameters, outputShape } = layer;
  const shared = name !== layer.name;
  const own = parameters.filter(({ owner }) => owner !== 'network');
  const only = parts.length === 1 && parts[0].name === '' ? parts[0] : undefined;
  const row: Row = {
    // Names that nobody chose begin with the kind.
    layer: layer.name.startsWith(kind) ? name : `${name} (${kind})`,
    outputs: shapeOf(outputShape),
    parameters: shared ? 'shared' : grouped(sizeOf(own)),
    inputs: inputs.join(', '),
    ...(only && noiseCells(only)),
  };
  if (shared || only !== undefined) return [row];
  const rows = parts.map((part) => ({
    layer: `  ${part.name}`,
    parameters: grouped(sizeOf(partParameters([part]).filter(({ owner }) => owner !== 'network'))),
    ...noiseCells(part),
  }));
  return [row, ...rows];
}

/** Without noise there is nothing to estimate. */
function noiseCells({ noise, estimator, divergence }: LinearPart): Pick<Row, 'noise' | 'estimator' | 'divergence'> {
  if (noise.acts === 'nowhere') return { noise: noise.name };
  return {
    noise: noise.alpha === undefined ? noise.name : `${noise.name} (${noise.alpha})`,
    estimator: estimator.name,
    divergence: divergence?.name ?? 'none',
  };
}

/** Whether each layer reads what the one before it gives. */
function isChain({ inputs, calls, outputs }: Model): boolean {
  return (
    inputs.length === 1 &&
    outputs.length === 1 &&
    calls.every(({ inputs: read }, i) => read.join() === (i === 0 ? inputs[0].name : calls[i - 1].name))
  );
}

/** Rows under headings, two spaces between columns. Columns without cells are left out. */
function tableOf(rows: readonly Row[]): string {
  const columns = (Object.keys(headings) as (keyof Row)[]).filter((column) => rows.some((row) => row[column]));
  const all = [headings, ...rows].map((row) => columns.map((column) => row[column] ?? ''));
  const widths = columns.map((_, i) => Math.max(...all.map((cells) => cells[i].length)));
  const aligned = (cell: string, i: number) =>
    columns[i] === 'parameters' ? cell.padStart(widths[i]) : cell.padEnd(widths[i]);
  return all.map((cells) => cells.map(aligned).join('  ').trimEnd()).join('\n');
}

function shapeOf(shape: readonly number[]): string {
  return formatShape(['batch', ...shape]);
}

function sizeOf(tensors: readonly Pick<ParameterSpecification, 'shape'>[]): number {
  return tensors.reduce((sum, { shape }) => sum + elementCount(shape), 0);
}

function grouped(count: number): string {
  return count.toLocaleString('en-US');
}
