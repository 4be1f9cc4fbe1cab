import { encode } from 'fast-png';
import { type Markup, trusted } from './html.js';

/**
 * @param data bytes, `[height, width, channels]`, channels 1 (grey) or 3 (RGB).
 * @returns a PNG as `data:` URI, safe inside a quoted attribute.
 */
export function pngUri(data: Uint8Array, width: number, height: number, channels: 1 | 3): Markup {
  const file = encode({ width, height, data, channels, depth: 8 }, { zlib: { level: 9 } });
  return trusted(`data:image/png;base64,${Buffer.from(file).toString('base64')}`);
}

/** @returns a grey image, values in [0, 1] (others are clamped), as PNG `data:` URI. */
export function greyUri(values: Float32Array, width: number, height: number): Markup {
  const bytes = Uint8Array.from(values, (value) => Math.round(Math.min(1, Math.max(0, value)) * 255));
  return pngUri(bytes, width, height, 1);
}
