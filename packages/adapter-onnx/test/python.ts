import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A Python with the package onnx. */
export interface PythonOnnx {
  /** Its version of the package, and the latest opset that it knows. */
  readonly version: string;
  readonly opset: number;
  /** What `onnx.checker` says against each file, inferred shapes included; '' where it accepts it. */
  check(files: readonly Uint8Array[]): string[];
}

const script = `
import json, sys, onnx
def check(path):
    try:
        onnx.checker.check_model(onnx.load(path), full_check=True)
        return ''
    except Exception as error:
        return repr(error)
print(json.dumps([check(path) for path in sys.argv[1:]]))
`;

/** The Pythons on this machine that have the package: that of the system, and the first of the path. */
export const pythons: readonly PythonOnnx[] = ['/usr/bin/python3', 'python3'].flatMap((command) => {
  const asked = spawnSync(command, ['-c', 'import onnx; print(onnx.__version__, onnx.defs.onnx_opset_version())'], {
    encoding: 'utf8',
  });
  if (asked.status !== 0) return [];
  const [version, opset] = asked.stdout.trim().split(' ');
  return [
    {
      version,
      opset: Number(opset),
      check(files) {
        const folder = mkdtempSync(join(tmpdir(), 'vardrop-onnx-'));
        try {
          const paths = files.map((bytes, i) => {
            const path = join(folder, `${i}.onnx`);
            writeFileSync(path, bytes);
            return path;
          });
          const { stdout, stderr } = spawnSync(command, ['-c', script, ...paths], { encoding: 'utf8' });
          if (stdout === '') throw new Error(stderr);
          return JSON.parse(stdout) as string[];
        } finally {
          rmSync(folder, { recursive: true });
        }
      },
    },
  ];
});
