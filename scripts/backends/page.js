import { pageBackends } from '../pageBackends.js';
import { runOne } from './runOne.js';

export const backends = Object.keys(pageBackends);
export const run = (name, effort) => runOne(name, pageBackends[name], effort);
