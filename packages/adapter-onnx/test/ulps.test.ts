import { checkUlps } from './checkUlps.js';

checkUlps('wasm');
checkUlps('native');
