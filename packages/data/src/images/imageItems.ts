import { VardropError } from '@vardrop/core';
import { formatValue } from '@vardrop/core/backend';
import { dataError } from '../dataError.js';
import { nodeModule } from '../nodeModule.js';
import { decodeImage } from './decodeImage.js';
import { type Pixels, pixelsOf } from './pixels.js';

/** Pixels as pages have them: red, green, blue and opacity from 0 to 255. An `ImageData` is one. */
export interface ImagePixels {
  readonly width: number;
  readonly height: number;
  readonly data: ArrayLike<number>;
}

/** A canvas, of which the pixels are read. */
export interface ImageCanvas {
  readonly width: number;
  readonly height: number;
  getContext(kind: '2d'): { getImageData(x: number, y: number, width: number, height: number): ImagePixels } | null;
}

/** An image and the name of its class; images of which none has a class are for predictions. */
export interface LabelledImage {
  /** An `ImageData`, a canvas, or a PNG or JPEG file as bytes or as `Blob`. */
  readonly image: ImagePixels | ImageCanvas | Blob | Uint8Array;
  readonly label?: string;
  /** What messages call it. */
  readonly name?: string;
}

/** An image that is not decoded yet. */
export interface ImageItem {
  readonly name: string;
  readonly label: string | undefined;
  read(): Promise<Pixels>;
}

/** The items of a list. Throws `VARDROP_TYPE` for what is not an image. */
export function itemsOfList(who: string, images: readonly LabelledImage[]): readonly ImageItem[] {
  return images.map((given, i) => {
    const name = given?.name ?? `image ${i + 1}`;
    const image: unknown = given?.image;
    const needs = 'an ImageData, a canvas, or a PNG or JPEG file as bytes or as Blob';
    if (typeof image !== 'object' || image === null) {
      throw new VardropError('VARDROP_TYPE', `[${who}] ${name}: got ${formatValue(image)}, needs ${needs}.`);
    }
    return { name, label: given.label, read: () => readImage(who, name, given.image) };
  });
}

async function readImage(who: string, name: string, image: LabelledImage['image']): Promise<Pixels> {
  if (image instanceof Uint8Array) return decodeImage(who, name, image);
  if (typeof Blob !== 'undefined' && image instanceof Blob) {
    return decodeImage(who, name, new Uint8Array(await image.arrayBuffer()));
  }
  const pixels = 'getContext' in image ? image.getContext('2d')?.getImageData(0, 0, image.width, image.height) : image;
  const { width, height, data } = (pixels ?? {}) as Partial<ImagePixels>;
  if (width === undefined || height === undefined || data?.length !== 4 * width * height) {
    throw dataError(
      'VARDROP_IMAGE',
      who,
      { file: name },
      {
        got: `${data?.length ?? 'no'} values for ${width} × ${height} pixels`,
        needs: 'four for each: red, green, blue and opacity.',
      },
    );
  }
  return pixelsOf({ width, height, channels: 4, data, most: 255 });
}

const isImage = /\.(?:png|jpe?g)$/i;

/**
 * The images in a folder: those in its subfolders, each of which is a class, or those in the folder itself if it has no
 * subfolders. Throws `VARDROP_FILE` if there is no such folder.
 */
export async function itemsOfFolder(
  who: string,
  folder: string | URL,
): Promise<{ readonly items: readonly ImageItem[]; readonly notes: readonly string[] }> {
  const { readdir, readFile } = await nodeModule<typeof import('node:fs/promises')>(who, 'fs/promises');
  const { fileURLToPath } = await nodeModule<typeof import('node:url')>(who, 'url');
  const root = folder instanceof URL ? fileURLToPath(folder) : folder;
  const list = async (path: string) => {
    try {
      const entries = await readdir(path, { withFileTypes: true });
      return entries.filter(({ name }) => !name.startsWith('.')).sort((a, b) => (a.name < b.name ? -1 : 1));
    } catch (cause) {
      const needs = 'a folder that can be read.';
      const got = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
      throw dataError('VARDROP_FILE', who, { file: path }, { got, needs, cause });
    }
  };
  const itemAt = (name: string, label: string | undefined): ImageItem => ({
    name,
    label,
    read: async () => decodeImage(who, name, await readFile(`${root}/${name}`)),
  });
  const top = await list(root);
  const classes = top.filter((entry) => entry.isDirectory());
  const items: ImageItem[] = [];
  let others = 0;
  for (const { name: label } of classes) {
    const entries = await list(`${root}/${label}`);
    const images = entries.filter(({ name }) => isImage.test(name));
    others += entries.length - images.length;
    items.push(...images.map(({ name }) => itemAt(`${label}/${name}`, label)));
  }
  const loose = top.filter((entry) => !entry.isDirectory());
  if (classes.length === 0)
    items.push(...loose.filter(({ name }) => isImage.test(name)).map(({ name }) => itemAt(name, undefined)));
  others += classes.length === 0 ? loose.filter(({ name }) => !isImage.test(name)).length : loose.length;
  const notes =
    others === 0
      ? []
      : [`Left out ${others} ${others === 1 ? 'file or folder' : 'files and folders'} that are not images of a class.`];
  return { items, notes };
}
