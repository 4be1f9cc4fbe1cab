import { sharedTestConfig } from '../../scripts/testConfig.js';

export default sharedTestConfig;
