import type { Dataset } from '@vardrop/core';

/** Images to classify, with a fixed split. */
export interface ImageData {
  /** The name of the data in reports. */
  readonly name: string;
  /** Values per image. */
  readonly inputs: number;
  /** Height, width and channels of an image. Networks with convolutions need it. */
  readonly shape?: readonly [height: number, width: number, channels: number];
  readonly classes: number;
  readonly train: Dataset;
  readonly test: Dataset;
}
