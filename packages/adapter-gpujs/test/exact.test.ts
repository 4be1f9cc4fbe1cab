import { checkExactPrograms } from './checkExact.js';

checkExactPrograms('webasm', 30);
checkExactPrograms('cpu', 15);
