import { checkExactPrograms } from '../test/checkExact.js';

checkExactPrograms('webgl2', 10);
