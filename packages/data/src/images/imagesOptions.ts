import { VardropError } from '@vardrop/core';
import { checkOptionNames, formatValue } from '@vardrop/core/backend';

export interface ImagesOptions {
  /** `[height, width]` to which all images are resized; without it all have the size of the first. */
  readonly size?: readonly [height: number, width: number];
  /** 1 for grey, 3 for colours; by default those of the first image. */
  readonly channels?: 1 | 3;
  /** The names of the classes in their order, such as those of the training part; by default those that are there, sorted. */
  readonly classes?: readonly string[];
  /** The number of images that are decoded at a time when they are read as a stream; 256 by default. */
  readonly block?: number;
}

/** Throws `VARDROP_OPTION`. */
export function checkImagesOptions(who: string, options: ImagesOptions): void {
  checkOptionNames(who, options, { size: true, channels: true, classes: true, block: true });
  const { size, channels, classes, block } = options;
  const refuse = (option: string, value: unknown, needs: string) => {
    throw new VardropError('VARDROP_OPTION', `[${who}] ${option}: got ${formatValue(value)}, needs ${needs}.`);
  };
  const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) > 0;
  const isSize = Array.isArray(size) && size.length === 2 && size.every(isCount);
  if (size !== undefined && !isSize) refuse('size', size, '[height, width] in pixels');
  if (channels !== undefined && channels !== 1 && channels !== 3) refuse('channels', channels, '1 or 3');
  const areNames = Array.isArray(classes) && classes.every((each) => typeof each === 'string');
  if (classes !== undefined && !(areNames && new Set(classes).size === classes.length)) {
    refuse('classes', classes, 'a list of names, each once');
  }
  if (block !== undefined && !isCount(block)) refuse('block', block, 'a positive whole number');
}
