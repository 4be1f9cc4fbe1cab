import { pageBackends } from '../pageBackends.js';
import { runOne } from './runOne.js';

window.runOne = (name, effort) => runOne(name, pageBackends[name], effort);
window.backends = Object.keys(pageBackends);
