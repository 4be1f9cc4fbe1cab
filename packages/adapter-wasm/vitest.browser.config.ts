import { browserConfig } from '../../scripts/browserConfig.js';

export default browserConfig([]);
