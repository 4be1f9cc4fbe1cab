export { bits } from './bits';
export { blocks } from './blocks';
export { normal } from './normal';
export { uniform } from './uniform';
