import { VardropError } from '@vardrop/core';
import { formatValue } from '@vardrop/core/backend';
import { dataError } from '../dataError.js';
import { type ImageItem, itemsOfFolder, itemsOfList, type LabelledImage } from './imageItems.js';
import { type ImageSource, imageSource } from './imageSource.js';
import { checkImagesOptions, type ImagesOptions } from './imagesOptions.js';
import { type Pixels, withChannels } from './pixels.js';
import { resize } from './resize.js';

/**
 * Images of classes: the path of a folder with PNG and JPEG files, with a subfolder for each class, or a list of images with their
 * labels, which in pages may be `ImageData`, canvases and `File`s. Images of a folder are sorted by name. The first one is decoded at
 * once, for size and channels. What is not opaque is laid on white. Notes on how a JPEG has to be turned are not read.
 *
 * Throws `VARDROP_OPTION`, `VARDROP_TYPE`, `VARDROP_FILE` if there is no such folder, `VARDROP_EMPTY` without images, and
 * `VARDROP_CATEGORY` for classes other than those given; reading throws `VARDROP_IMAGE` for files that are not images or are damaged,
 * and `VARDROP_SHAPE` for images of another size, or of colours among grey ones; with the name of the image.
 */
export async function fromImages(
  input: string | URL | readonly LabelledImage[],
  options: ImagesOptions = {},
): Promise<ImageSource> {
  const who = 'fromImages';
  checkImagesOptions(who, options);
  const isFolder = typeof input === 'string' || input instanceof URL;
  if (!isFolder && !Array.isArray(input)) {
    throw new VardropError(
      'VARDROP_TYPE',
      `[${who}] input: got ${formatValue(input)}, needs the path of a folder, or a list of { image, label }.`,
    );
  }
  const { items, notes } = isFolder ? await itemsOfFolder(who, input) : { items: itemsOfList(who, input), notes: [] };
  if (items.length === 0) {
    throw new VardropError('VARDROP_EMPTY', `[${who}] images: got none, needs at least one PNG or JPEG file.`);
  }
  const classes = classesOf(who, items, options.classes);
  const first = await items[0].read();
  const channels = options.channels ?? first.channels;
  const [height, width] = options.size ?? [first.height, first.width];
  const fit = async (item: ImageItem) =>
    fitted(who, { item, image: await item.read(), first: items[0], height, width, channels, options });
  return imageSource(items, { classes, notes, shape: [height, width, channels], block: options.block ?? 256, fit });
}

function classesOf(who: string, items: readonly ImageItem[], given: readonly string[] | undefined): readonly string[] {
  const labels = items.flatMap(({ label }) => (label === undefined ? [] : [label]));
  if (labels.length > 0 && labels.length < items.length) {
    const item = items.find(({ label }) => label === undefined) as ImageItem;
    throw dataError('VARDROP_CATEGORY', who, { file: item.name }, { got: 'no label', needs: 'one, as other images.' });
  }
  if (given === undefined) return [...new Set(labels)].sort();
  const other = items.find(({ label }) => label !== undefined && !given.includes(label));
  if (other === undefined) return given;
  throw dataError(
    'VARDROP_CATEGORY',
    who,
    { file: other.name },
    {
      got: `the class '${other.label}'`,
      needs: `one of ${given.map((each) => `'${each}'`).join(', ')}.`,
    },
  );
}

interface Fitting {
  readonly item: ImageItem;
  readonly image: Pixels;
  readonly first: ImageItem;
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  readonly options: ImagesOptions;
}

/** An image with the size and the channels of all. */
function fitted(who: string, { item, image, first, height, width, channels, options }: Fitting): Pixels {
  const refuse = (got: string, needs: string) => dataError('VARDROP_SHAPE', who, { file: item.name }, { got, needs });
  if (options.size === undefined && (image.height !== height || image.width !== width)) {
    const needs = `${height} × ${width}, as ${first.name}. Say size: [${height}, ${width}] to resize images.`;
    throw refuse(`${image.height} × ${image.width} pixels`, needs);
  }
  if (options.channels === undefined && image.channels > channels) {
    throw refuse('colours', `grey, as ${first.name}. Say channels: 3, or channels: 1.`);
  }
  return withChannels(resize(image, height, width), channels);
}
