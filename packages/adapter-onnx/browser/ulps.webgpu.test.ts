import { checkUlps } from '../test/checkUlps.js';

checkUlps('webgpu', 4);
