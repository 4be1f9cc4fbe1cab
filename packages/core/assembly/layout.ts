/** Numbers made at a time: both buffers, 16 KB, stay in any first-level cache. */
const chunk: usize = 2048;

/** The first words of the blocks start at address 0, the second words here; tables come after both (`--memoryBase`). */
export const secondWords: usize = chunk * 4;
