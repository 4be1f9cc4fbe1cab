export { describeTimes, median, quantile } from '@vardrop/experiments';
