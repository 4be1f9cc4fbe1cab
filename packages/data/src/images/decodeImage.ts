import { convertIndexedToRgb, decode as decodePng, hasPngSignature } from 'fast-png';
import jpeg from 'jpeg-js';
import { dataError } from '../dataError.js';
import { type Pixels, pixelsOf } from './pixels.js';

/** The pixels of a PNG or JPEG file. Throws `VARDROP_IMAGE` for other and damaged files. */
export function decodeImage(who: string, file: string | undefined, bytes: Uint8Array): Pixels {
  const isJpeg = bytes[0] === 0xff && bytes[1] === 0xd8;
  const refuse = (got: string, cause?: unknown) =>
    dataError('VARDROP_IMAGE', who, { file }, { got, needs: 'a whole PNG or JPEG file.', cause });
  if (!isJpeg && !hasPngSignature(bytes)) throw refuse('a file of another kind');
  try {
    return isJpeg ? jpegPixels(bytes) : pngPixels(bytes);
  } catch (cause) {
    throw refuse(
      `a damaged ${isJpeg ? 'JPEG' : 'PNG'} (${cause instanceof Error ? cause.message : String(cause)})`,
      cause,
    );
  }
}

function jpegPixels(bytes: Uint8Array): Pixels {
  // The limits are those of the decoder, in megapixels and megabytes.
  const image = jpeg.decode(bytes, { useTArray: true, formatAsRGBA: false, tolerantDecoding: false });
  // The decoder gives three channels for grey files too.
  const isGrey = image.data.every((value, i) => value === image.data[i - (i % 3)]);
  const data = isGrey ? image.data.filter((_, i) => i % 3 === 0) : image.data;
  return pixelsOf({ ...image, channels: isGrey ? 1 : 3, data, most: 255 });
}

function pngPixels(bytes: Uint8Array): Pixels {
  const image = decodePng(bytes, { checkCrc: true });
  const { width, height, depth } = image;
  if (image.palette !== undefined) {
    return pixelsOf({ width, height, channels: image.palette[0].length, data: convertIndexedToRgb(image), most: 255 });
  }
  const data = depth < 8 ? unpacked(image.data, width, height, depth) : image.data;
  return pixelsOf({ width, height, channels: image.channels, data, most: 2 ** depth - 1 });
}

/** Grey values of 1, 2 or 4 bits, each line of which begins with a byte. */
function unpacked(data: ArrayLike<number>, width: number, height: number, depth: number): Uint8Array {
  const line = Math.ceil((width * depth) / 8);
  const perByte = 8 / depth;
  return Uint8Array.from({ length: width * height }, (_, i) => {
    const x = i % width;
    const byte = data[Math.floor(i / width) * line + Math.floor(x / perByte)];
    return (byte >> (8 - depth * ((x % perByte) + 1))) & (2 ** depth - 1);
  });
}
