import { testConfig } from '../../scripts/testConfig.js';

export default testConfig;
