import { argv } from 'node:process';

/** Whether an option stands on the command line. @param {string} name */
export const given = (name) => argv.includes(name);

/** What follows an option on the command line. @param {string} name @param {string} otherwise where it is left out */
export const option = (name, otherwise) => (given(name) ? argv[argv.indexOf(name) + 1] : otherwise);
