import { holdOut } from './holdOut.js';
import type { ImageDataset, ImageSplit } from './imageDataset.js';
import { imageTask } from './task.js';
import type { Rows, TaskData } from './taskData.js';

/** Images with a fixed split, as data of a command: every tenth training image is held out to watch progress. */
export function imageData(data: ImageDataset, notes: readonly string[] = []): TaskData {
  const { name, width, height, channels, classes, train, test } = data;
  const parts = holdOut(train);
  return {
    name,
    one: 'image',
    task: imageTask(data.classNames ?? Array.from({ length: classes }, (_, index) => `${index}`)),
    inputs: width * height * channels,
    image: [height, width, channels],
    train: parts.train,
    validation: parts.validation,
    test: rowsOf(test),
    notes,
    digested: [train.images, train.labels, test.images, test.labels],
    shown: data,
  };
}

function rowsOf({ images, labels, count }: ImageSplit): Rows {
  return { data: { inputs: images, targets: labels }, rows: count };
}
