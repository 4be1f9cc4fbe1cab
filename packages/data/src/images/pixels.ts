/** An image: numbers from 0 to 1, `[height, width, channels]`, row-major. One channel is grey, three are red, green and blue. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Float32Array;
}

/**
 * Pixels of samples `[height, width, channels]` from 0 to `most`: grey, grey and opacity, colours, colours and opacity. What is not
 * opaque is laid on white.
 */
export function pixelsOf(image: {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: ArrayLike<number>;
  readonly most: number;
}): Pixels {
  const { width, height, channels, data, most } = image;
  const colours = channels < 3 ? 1 : 3;
  const isOpaque = channels === colours;
  const out = new Float32Array(width * height * colours);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const opacity = isOpaque ? 1 : data[pixel * channels + colours] / most;
    for (let channel = 0; channel < colours; channel++) {
      const value = data[pixel * channels + channel] / most;
      out[pixel * colours + channel] = opacity * value + (1 - opacity);
    }
  }
  return { width, height, channels: colours, data: out };
}

/** An image with other channels: grey is the same in all three; colours become their luma (ITU-R BT.601). */
export function withChannels(image: Pixels, channels: 1 | 3): Pixels {
  if (image.channels === channels) return image;
  const count = image.width * image.height;
  const { data } = image;
  const luma = (pixel: number) => 0.299 * data[3 * pixel] + 0.587 * data[3 * pixel + 1] + 0.114 * data[3 * pixel + 2];
  const out =
    channels === 1
      ? Float32Array.from({ length: count }, (_, pixel) => luma(pixel))
      : Float32Array.from({ length: 3 * count }, (_, i) => data[Math.floor(i / 3)]);
  return { ...image, channels, data: out };
}
