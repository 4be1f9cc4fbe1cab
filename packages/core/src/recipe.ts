/**
 * How a part was made: the name of the function and the options it was given. Models are described and made anew by it. The
 * options may hold other parts with recipes, such as the noise of a layer.
 */
export interface Recipe {
  /** Name of the function, such as `dense`. For parts of one's own: the name under which `modelFrom` finds its function. */
  readonly part: string;
  readonly options: object;
}

/**
 * Gives a part its recipe, with a copy of the options, and returns it. The property cannot be enumerated, so that a changed copy
 * (`{ ...meanField(), name: 'mine' }`) does not have the recipe of the original.
 */
export function withRecipe<Part extends object>(part: string, options: object, made: Part): Part {
  const recipe: Recipe = { part, options: { ...options } };
  return Object.defineProperty(made, 'recipe', { value: recipe });
}
