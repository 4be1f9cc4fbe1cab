/** Tables, images and time series for Vardrop, in memory or as streams. */
export type { CsvOptions } from './csv/csvOptions.js';
export { fromCsv } from './csv/fromCsv.js';
export { fitPreprocessingTo, streamOf } from './dataStream.js';
export type { BytesInput } from './files/openBytes.js';
export type { TextInput } from './files/openPieces.js';
export { fromRows } from './fromRows.js';
export { fromImages } from './images/fromImages.js';
export type { ImageCanvas, ImagePixels, LabelledImage } from './images/imageItems.js';
export type { ImageRows, ImageSource } from './images/imageSource.js';
export type { ImagesOptions } from './images/imagesOptions.js';
export { fromParquet, type ParquetOptions } from './parquet/fromParquet.js';
export { type Fold, type FoldsOptions, folds, type SplitOptions, split } from './split.js';
export type { Parts } from './splitRows.js';
export { type SplitSourceOptions, splitSource } from './splitSource.js';
export type { TableSource } from './tableSource.js';
export { type Series, type Windows, type WindowsOptions, windows } from './windows.js';
