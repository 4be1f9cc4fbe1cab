import { stat } from 'node:fs/promises';
import { type Network, type Preprocessing, preprocess, type Table, VardropError } from '@vardrop/core';
import { elementCount } from '@vardrop/core/program';
import { fromImages } from '@vardrop/data';
import { idxPaths } from './idx.js';
import { loadData } from './loadData.js';
import { openTable } from './openTable.js';
import type { Task } from './task.js';
import type { Rows } from './taskData.js';

/** Rows for a network that was trained before. */
export type NetworkRows =
  | {
      readonly kind: 'table';
      readonly table: Table;
      readonly preprocessing: Preprocessing;
      readonly notes: readonly string[];
    }
  | {
      readonly kind: 'images';
      /** Row-major, as the network takes them. */
      readonly inputs: Float32Array;
      /** Indices of the classes; empty for images without classes. */
      readonly labels: ArrayLike<number>;
      readonly rows: number;
      /** Names of the images; none for those of IDX files. */
      readonly names: readonly string[] | undefined;
      readonly notes: readonly string[];
    };

/**
 * The rows with their targets, as `evaluate` takes them.
 *
 * @throws VardropError `VARDROP_TASK` for images without classes.
 */
export function labelledRows(who: string, path: string, read: NetworkRows): Rows {
  if (read.kind === 'table') return { data: preprocess(read.preprocessing, read.table), rows: read.table.rows };
  if (read.labels.length === read.rows) return { data: { inputs: read.inputs, targets: read.labels }, rows: read.rows };
  throw new VardropError(
    'VARDROP_TASK',
    `[${who}] data: got ${path} with images without classes, needs a folder for each class.`,
  );
}

/** What the targets of a network are called. */
export function namesOf({
  preprocessing,
  classes,
}: Pick<Network, 'preprocessing' | 'classes'>): Pick<Task, 'targets' | 'classes'> {
  if (!preprocessing) return { targets: ['class'], classes: Array.isArray(classes) ? [classes] : [] };
  const { targets } = preprocessing;
  return {
    targets: targets.map(({ name }) => name),
    classes: targets.map((rule) => (rule.kind === 'category' ? rule.categories : [])),
  };
}

/**
 * Reads rows for a network: a table for one that was trained on a table, else a folder of images or of IDX files.
 *
 * @param who the command, as errors name it.
 * @throws VardropError `VARDROP_TASK` for rows of another kind than the network takes, and what reading them throws.
 */
export async function loadNetworkRows(who: string, network: Network, path: string): Promise<NetworkRows> {
  const { preprocessing, model, classes } = network;
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const refuse = (got: string, needs: string): never => {
    throw new VardropError('VARDROP_TASK', `[${who}] data: got ${got}, needs ${needs}.`);
  };
  if (preprocessing) {
    if (isFolder) refuse(`the folder ${path}`, 'a table, since the network was trained on one');
    const source = await openTable(path);
    return { kind: 'table', table: await source.table(), preprocessing, notes: source.notes };
  }
  if (!isFolder)
    refuse(`${path}, which is not a folder`, 'a folder of images, since the network was not trained on a table');
  if ((await idxPaths(path)).length > 0) {
    const { test } = await loadData({ directory: path });
    const { images, labels, count } = test;
    if (images.length !== count * elementCount(model.inputShape))
      refuse(`images of ${images.length / count} numbers`, `${elementCount(model.inputShape)}, as the network has`);
    return { kind: 'images', inputs: images, labels, rows: count, names: undefined, notes: [] };
  }
  const known = Array.isArray(classes) ? classes : undefined;
  const source = await fromImages(path, known && { classes: known });
  if (elementCount(source.shape) !== elementCount(model.inputShape))
    refuse(`images of ${source.shape.join(' × ')}`, `${elementCount(model.inputShape)} numbers, as the network has`);
  const { inputs } = await source.dataset();
  return { kind: 'images', inputs, labels: source.labels, rows: source.rows, names: source.names, notes: source.notes };
}
