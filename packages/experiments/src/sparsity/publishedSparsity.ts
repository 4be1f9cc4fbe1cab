/** The published result with LeNet-300-100 on MNIST's 60,000 training images. */
export const publishedSparsity = {
  source: 'Molchanov, Ashukha & Vetrov 2017, MNIST, 60,000 training images',
  /** Test error in percent. */
  error: 1.92,
  /** Share of weights removed from each layer, in percent, input side first. */
  layers: [98.9, 97.2, 62.0],
  /** All weights over those that are not 0. */
  compression: 68,
} as const;
