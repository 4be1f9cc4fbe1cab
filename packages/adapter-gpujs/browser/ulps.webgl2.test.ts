import { checkUlps } from '../test/checkUlps.js';

checkUlps('webgl2');
