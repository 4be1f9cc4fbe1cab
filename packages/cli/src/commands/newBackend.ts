import type { NewBackend } from '../main.js';

/** placeholder */
export const newBackend: NewBackend = async () => {};
