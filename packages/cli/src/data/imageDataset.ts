/** One part (training or test) of an image data set. */
export interface ImageSplit {
  /** Pixels in [0, 1], `[count, height, width, channels]`, row-major. */
  readonly images: Float32Array;
  /** Class of each image, `[count]`, each in 0 … classes − 1. */
  readonly labels: Uint8Array | Int32Array;
  /** Number of images. */
  readonly count: number;
}

/** A classification data set of equally sized images with a fixed split into training and test images. */
export interface ImageDataset {
  /** The name of the data in messages and reports. */
  readonly name: string;
  /** Pixels per row. */
  readonly width: number;
  /** Rows per image. */
  readonly height: number;
  /** Values per pixel: 1 for grey. */
  readonly channels: number;
  /** Number of classes. */
  readonly classes: number;
  /** Their names. Default: their numbers. */
  readonly classNames?: readonly string[];
  readonly train: ImageSplit;
  readonly test: ImageSplit;
}
