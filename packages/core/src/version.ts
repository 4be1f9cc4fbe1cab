/** This library's version, written into network files. */
export const version = '0.1.0';
