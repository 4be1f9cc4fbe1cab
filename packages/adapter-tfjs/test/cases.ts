import { type Builder, createBuilder, type Program, type Shape, type Value } from '@vardrop/core/program';

/** A program of one or a few nodes around the operation under test. */
export interface Case {
  readonly name: string;
  readonly program: Program;
}

/** A program whose inputs have these shapes and whose output `y` is what `build` makes of them. */
function programOf(name: string, shapes: readonly Shape[], build: (b: Builder, inputs: Value[]) => Value): Program {
  const b = createBuilder(name);
  const inputs = shapes.map((shape, i) => b.input(`x${i}`, shape));
  b.output('y', build(b, inputs));
  return b.build();
}

const one = (name: string, shapes: readonly Shape[], build: (b: Builder, inputs: Value[]) => Value): Case => ({
  name: `${name} ${shapes.map((shape) => `[${shape}]`).join(' ')}`,
  program: programOf(name, shapes, build),
});

const broadcasts: [Shape, Shape][] = [
  [[], []],
  [[3], []],
  [[], [2, 3]],
  [[4, 3], [3]],
  [
    [4, 1],
    [4, 3],
  ],
  [
    [4, 1],
    [1, 3],
  ],
  [
    [5, 1, 3],
    [4, 1],
  ],
  [
    [2, 3, 1, 2],
    [3, 4, 1],
  ],
  [
    [2, 1, 3, 1, 2],
    [1, 2, 1, 4, 2],
  ],
  [
    [2, 1, 2, 1, 3, 1],
    [2, 1, 3, 1, 2],
  ],
  [
    [37, 41],
    [37, 41],
  ],
  [[37, 41], [41]],
];

const windows = [
  { strides: [1, 1], padding: [0, 0, 0, 0] },
  { strides: [2, 1], padding: [1, 1, 0, 0] },
  { strides: [2, 3], padding: [1, 0, 2, 1] },
  { strides: [3, 2], padding: [0, 1, 1, 2] },
] as const;

/** Every operation that reaches a backend, over the shapes and attributes in which its lowering may go wrong. */
export const cases: readonly Case[] = [
  ...(['neg', 'abs', 'exp', 'sigmoid', 'softplus', 'tanh', 'floor', 'round', 'cos', 'erf'] as const).flatMap((op) =>
    ([[], [7], [3, 5], [2, 3, 4, 5, 2]] as Shape[]).map((shape) => one(op, [shape], (b, [x]) => b[op](x))),
  ),
  ...(['sqrt', 'log'] as const).map((op) => one(op, [[5, 7]], (b, [x]) => b[op](b.abs(x)))),
  ...(['add', 'sub', 'mul', 'div', 'max', 'min'] as const).flatMap((op) =>
    broadcasts.flatMap(([p, q]) => [
      one(op, [p, q], (b, [x, y]) => b[op](x, y)),
      one(op, [q, p], (b, [x, y]) => b[op](x, y)),
    ]),
  ),
  one(
    'selectGreater',
    [
      [4, 5],
      [4, 5],
    ],
    (b, [x, y]) => b.selectGreater(x, y, x, y),
  ),
  one(
    'selectGreater',
    [
      [4, 5],
      [4, 5],
    ],
    (b, [x, dy]) => b.selectGreater(x, 0, dy, 0),
  ),
  one('selectGreater', [[4, 1], [5], [1, 5], []], (b, [x, y, z, w]) => b.selectGreater(x, y, z, w)),
  one('selectGreater', [[], [], [2, 3], [3]], (b, [x, y, z, w]) => b.selectGreater(x, y, z, w)),
  ...(['reduceSum', 'reduceMax'] as const).flatMap((op) =>
    (
      [
        [[7], [0]],
        [[5, 6], [0]],
        [[5, 6], [1]],
        [
          [5, 6],
          [0, 1],
        ],
        [[3, 4, 5], [1]],
        [
          [3, 4, 5],
          [0, 2],
        ],
        [
          [2, 3, 4, 5],
          [0, 1, 2],
        ],
        [
          [2, 3, 4, 5],
          [1, 3],
        ],
        [
          [2, 3, 2, 3, 2],
          [0, 2, 4],
        ],
        [[33, 47], [0]],
        [[33, 47], [1]],
        [[3, 4], []],
        [[], []],
        [[1, 1], [0]],
      ] as [Shape, number[]][]
    ).flatMap(([shape, axes]) =>
      [false, true].map((keep) => one(`${op} over [${axes}] ${keep}`, [shape], (b, [x]) => b[op](x, axes, keep))),
    ),
  ),
  ...[false, true].flatMap((transposeA) =>
    [false, true].flatMap((transposeB) =>
      (
        [
          [[], [], 3, 4, 5],
          [[], [], 1, 1, 1],
          [[], [], 33, 17, 9],
          [[], [], 18, 3, 30],
          [[], [], 1, 70, 37],
          [[2], [2], 17, 2, 4],
          [[], [], 17, 1030, 11],
          [[], [], 2, 1600, 5],
          [[2], [2], 3, 4, 5],
          [[2], [], 3, 4, 5],
          [[], [2], 3, 4, 5],
          [[2, 1], [1, 3], 2, 3, 4],
          [[2, 3], [3], 2, 3, 1],
        ] as [number[], number[], number, number, number][]
      ).map(([aBatch, bBatch, m, k, n]) =>
        one(
          `matmul ${transposeA} ${transposeB}`,
          [
            [...aBatch, ...(transposeA ? [k, m] : [m, k])],
            [...bBatch, ...(transposeB ? [n, k] : [k, n])],
          ],
          (b, [x, y]) => b.matmul(x, y, { transposeA, transposeB }),
        ),
      ),
    ),
  ),
  ...windows.flatMap((window) =>
    (
      [
        [3, 2],
        [1, 1],
        [2, 3],
      ] as [number, number][]
    ).flatMap((size) => {
      const image = [2, 7, 8, 3];
      const out = (n: number, axis: 0 | 1) =>
        Math.floor((n + window.padding[2 * axis] + window.padding[2 * axis + 1] - size[axis]) / window.strides[axis]) +
        1;
      const spatial = [out(7, 0), out(8, 1)];
      const name = `size ${size} strides ${window.strides} padding ${window.padding}`;
      const dy = [2, ...spatial, 4];
      const pooled = [2, ...spatial, 3];
      // A window that could see nothing but padding is refused when it is built.
      if (!window.padding.every((n, side) => n < size[side >> 1])) return [];
      return [
        one(`conv2d ${name}`, [image, [...size, 3, 4]], (b, [x, w]) => b.conv2d(x, w, window)),
        one(`conv2dInputGradient ${name}`, [[...size, 3, 4], dy], (b, [w, g]) =>
          b.conv2dInputGradient(w, g, image, window),
        ),
        one(`conv2dFilterGradient ${name}`, [image, dy], (b, [x, g]) =>
          b.conv2dFilterGradient(x, g, [...size, 3, 4], window),
        ),
        one(`maxPool2d ${name}`, [image], (b, [x]) => b.maxPool2d(x, size, window)),
        one(`averagePool2d ${name}`, [image], (b, [x]) => b.averagePool2d(x, size, window)),
        one(`maxPool2dGradient ${name}`, [image, pooled], (b, [x, g]) => b.maxPool2dGradient(x, g, size, window)),
        one(`averagePool2dGradient ${name}`, [pooled], (b, [g]) => b.averagePool2dGradient(g, image, size, window)),
      ];
    }),
  ),
  one('reshape', [[2, 3, 4]], (b, [x]) => b.reshape(x, [4, 6])),
  one('reshape', [[1, 1]], (b, [x]) => b.reshape(x, [])),
  ...(
    [
      [
        [3, 4],
        [1, 0],
      ],
      [
        [3, 1],
        [1, 0],
      ],
      [
        [1, 1],
        [1, 0],
      ],
      [
        [65, 33],
        [1, 0],
      ],
      [
        [2, 3, 4],
        [2, 0, 1],
      ],
      [
        [2, 1, 3, 4],
        [3, 1, 0, 2],
      ],
      [
        [2, 3, 2, 3, 2],
        [4, 1, 0, 3, 2],
      ],
      [
        [2, 3],
        [0, 1],
      ],
    ] as [Shape, number[]][]
  ).map(([shape, permutation]) => one(`transpose ${permutation}`, [shape], (b, [x]) => b.transpose(x, permutation))),
  ...(
    [
      [[], [2, 3]],
      [[3], [2, 3]],
      [
        [2, 1],
        [2, 3],
      ],
      [
        [1, 3, 1],
        [4, 2, 3, 5],
      ],
      [
        [2, 3],
        [2, 3],
      ],
    ] as [Shape, Shape][]
  ).map(([from, to]) => one(`broadcast to [${to}]`, [from], (b, [x]) => b.broadcast(x, to))),
  one('constant', [[2, 3]], (b, [x]) => b.add(x, b.constant([1, 2, 3, 4, 5, 6], [2, 3]))),
  one('constant', [[2, 3]], (b, [x]) => b.mul(x, b.constant(0.1, [3]))),
];
