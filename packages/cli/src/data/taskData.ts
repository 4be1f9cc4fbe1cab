import type { Dataset, Preprocessing } from '@vardrop/core';
import type { ImageDataset } from './imageDataset.js';
import type { Task } from './task.js';

/** Rows as a network takes them, and their number. */
export interface Rows {
  readonly data: Dataset;
  readonly rows: number;
}

/** The data of a command, whatever file they come from, and what is to be learned from them. */
export interface TaskData {
  /** The name of the data in messages and reports. */
  readonly name: string;
  /** What a row is. */
  readonly one: 'image' | 'row';
  readonly task: Task;
  /** Numbers in a row. */
  readonly inputs: number;
  /** `[height, width, channels]`, where rows are images. */
  readonly image?: readonly number[];
  readonly train: Rows;
  /** Rows to watch progress with; none where there are too few. */
  readonly validation: Rows | undefined;
  readonly test: Rows;
  /** How columns became numbers, for tables. */
  readonly preprocessing?: Preprocessing;
  /** What was found out about the files, as sentences. */
  readonly notes: readonly string[];
  /** Values by which the data are told from others. */
  readonly digested: readonly ArrayBufferView[];
  /** The images of {@link test}, to be shown. */
  readonly shown?: Pick<ImageDataset, 'width' | 'height' | 'channels' | 'test'>;
}
