import { measure } from './measure.js';

Object.assign(window, { measure });
