/** This library's version, written into the models. */
export const version = '0.1.0';
