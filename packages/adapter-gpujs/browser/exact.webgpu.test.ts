import { checkExactPrograms } from '../test/checkExact.js';

checkExactPrograms('webgpu', 10);
