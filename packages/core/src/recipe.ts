/**
 * How a part was made: the name of the function and the options it was given. Models are described and made anew by it. The
 * options may hold other parts with recipes, such as the noise of a layer.
 */
export interface Recipe {
  /** Name of the function, such as `dense`. For parts of one's own: the name under which `modelFrom` finds its function. */
  readonly part: string;
  readonly options: object;
}

/** The recipe of a part. It has a copy of the options, since the caller may change them. */
export function recipeOf(part: string, options: object): Recipe {
  return { part, options: { ...options } };
}
