// How long it takes to make deep programs ready: nodes against milliseconds, stage by stage and backend by backend. After a build:
//   node benchmarks/src/depth.js [--backends reference,onnx:native] [--layers 25,50,100,200] [--chain 1000,10000,100000]
import { gpujsBackend } from './depthBackends.js';
