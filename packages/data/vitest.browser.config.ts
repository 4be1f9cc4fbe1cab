import { browserConfig } from '../../scripts/browserConfig.js';

export default browserConfig(['papaparse', 'hyparquet', 'hyparquet-compressors', 'fast-png', 'jpeg-js']);
