import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { arch, availableParallelism, cpus, platform } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

/** Where the Vulkan loader and drivers lie on the usual systems. */
const libraryFolders = [
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib64',
  '/usr/lib',
  '/usr/local/lib',
  '/lib64',
  '/lib',
  '/usr/local/nvidia/lib64',
];
const driverFolders = ['/etc/vulkan/icd.d', '/usr/share/vulkan/icd.d', '/usr/local/share/vulkan/icd.d'];

/** Whether a library is found, in the places of the environment too. @param {string} name @param {NodeJS.ProcessEnv} env */
function hasLibrary(name, env) {
  const folders = [...(env.LD_LIBRARY_PATH ?? '').split(':').filter(Boolean), ...libraryFolders];
  return folders.some((folder) => existsSync(join(folder, name)));
}

/**
 * The machine, as far as it can be described without a driver: a driver that crashes then leaves this.
 *
 * @param {NodeJS.ProcessEnv} env
 */
export async function describeMachine(env) {
  const { header } = /** @type {any} */ (process.report.getReport());
  const nvidia = await promisify(execFile)('nvidia-smi', ['--query-gpu=name,driver_version', '--format=csv,noheader'], {
    timeout: 10_000,
  })
    .then(({ stdout }) => stdout.trim())
    .catch(() => undefined);
  return {
    description: cpus()[0]?.model.trim() ?? 'unknown processor',
    runtime: `Node ${process.versions.node}, ${platform()} ${arch()}`,
    cores: availableParallelism(),
    glibc: header.glibcVersionRuntime,
    ...(nvidia === undefined ? {} : { nvidia }),
    vulkanLoader: hasLibrary('libvulkan.so.1', env),
    drivers: (
      (env.VK_DRIVER_FILES ?? env.VK_ICD_FILENAMES)?.split(':') ??
      driverFolders.flatMap((folder) => (existsSync(folder) ? readdirSync(folder) : []))
    )
      .map((path) => basename(path))
      .join(' '),
  };
}

/**
 * The environment in which the parts find Vulkan: with the kit's own loader where the machine has none, and with NVIDIA's library for
 * machines without X11, whose ordinary entry needs it.
 *
 * @param {string} kit its folder
 * @param {NodeJS.ProcessEnv} env
 * @param {(content: string) => string} writeDriver writes the description of a driver to a file, and gives its path
 */
export function vulkanEnvironment(kit, env, writeDriver) {
  const own = join(kit, 'lib');
  const loader =
    hasLibrary('libvulkan.so.1', env) || !existsSync(join(own, 'libvulkan.so.1'))
      ? {}
      : { LD_LIBRARY_PATH: [...(env.LD_LIBRARY_PATH ? [env.LD_LIBRARY_PATH] : []), own].join(':') };
  const named = env.VK_DRIVER_FILES ?? env.VK_ICD_FILENAMES ?? env.VK_ADD_DRIVER_FILES;
  const known = driverFolders.some(
    (folder) => existsSync(folder) && readdirSync(folder).some((file) => file.includes('nvidia')),
  );
  const library = 'libEGL_nvidia.so.0';
  const lacks = named === undefined && hasLibrary(library, env) && !(known && hasLibrary('libX11.so.6', env));
  const description = { file_format_version: '1.0.0', ICD: { library_path: library, api_version: '1.3.0' } };
  const driver = lacks ? { VK_ADD_DRIVER_FILES: writeDriver(JSON.stringify(description)) } : {};
  return { ...env, ...loader, ...driver };
}
