// Ends a thread of a backend while a read is pending, and prints the codes of the errors.
import workers from 'node:worker_threads';

const started = [];
const { Worker } = workers;
workers.Worker = class extends Worker {
  constructor(...options) {
    super(...options);
    started.push(this);
  }
};
const { createWasmBackend } = await import('../dist/index.js');
const { boundProgram, createBuilder } = await import('@vardrop/core/program');

const backend = await createWasmBackend({ threads: 2 });
const size = 512;
const b = createBuilder('powers');
const x = b.input('x', [size, size]);
let power = x;
for (let i = 0; i < 20; i++) power = b.matmul(power, x);
b.output('sum', b.reduceSum(power));
const executable = await backend.compile(boundProgram(b.build()));
const given = backend.upload(new Float32Array(size * size), [size, size]);
const codeOf = (error) => error.code;
const { sum } = executable.run({ x: given }, [{}]).outputs[0];
const pending = backend.read(sum).catch(codeOf);
await started[1].terminate();
const codes = [await pending, await backend.read(sum).catch(codeOf)];
try {
  backend.upload(new Float32Array(1), [1]);
} catch (error) {
  codes.push(error.code);
}
console.log(JSON.stringify(codes));
await backend.close();
