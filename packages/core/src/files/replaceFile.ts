import { type FileSystem, fileSystem, nodeModule } from './fileSystem.js';

/** The functions of Node's modules `path`, `os`, `process` and `url` that are used here. */
interface Place {
  readonly folder: string;
  readonly name: string;
  readonly join: (folder: string, name: string) => string;
  readonly host: string;
  readonly process: { readonly pid: number; kill(pid: number, signal: 0): void };
}

/**
 * Replaces a file as a whole, or creates it. A temporary file beside it is written, flushed to the disk and renamed. So readers
 * see either the old content or the new one, and the old content stays if writing fails. Symbolic links are followed. The
 * permissions of an existing file are kept. Temporary files of earlier writers that were killed are removed.
 *
 * In Node. Throws the error of the file system, `VARDROP_NO_FILE_SYSTEM` outside of Node.
 */
export async function replaceFile(path: string | URL, content: Uint8Array | string): Promise<void> {
  const files = await fileSystem();
  const target = await resolveTarget(files, path);
  const mode = await files.stat(target).then(
    (status) => status.mode & 0o7777,
    () => undefined,
  );
  const place = await placeOf(target);
  await removeAbandoned(files, place);
  const { process, host } = place;
  const own = `${prefixOf(place)}${process.pid}-${host}-${crypto.randomUUID().slice(0, 8)}.tmp`;
  const temporary = place.join(place.folder, own);
  try {
    const file = await files.open(temporary, 'wx', mode);
    try {
      // `open` clears the bits of the process's umask.
      if (mode !== undefined) await file.chmod(mode);
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await files.rename(temporary, target);
  } catch (error) {
    await files.rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** The real path of the file, with symbolic links resolved. */
async function resolveTarget(files: FileSystem, path: string | URL): Promise<string> {
  try {
    return await files.realpath(path);
  } catch {
    const { fileURLToPath } = await nodeModule<{ fileURLToPath(url: URL): string }>('url');
    return path instanceof URL ? fileURLToPath(path) : path;
  }
}

async function placeOf(target: string): Promise<Place> {
  const [{ dirname, basename, join }, { hostname }, { default: process }] = await Promise.all([
    nodeModule<{ dirname(path: string): string; basename(path: string): string; join: Place['join'] }>('path'),
    nodeModule<{ hostname(): string }>('os'),
    nodeModule<{ readonly default: Place['process'] }>('process'),
  ]);
  const host = hostname()
    .replace(/[^A-Za-z0-9]/g, '')
    .slice(0, 32);
  return { folder: dirname(target), name: basename(target), join, host, process };
}

/** The prefix of temporary files. A long name is cut, because file systems limit the length of names. */
function prefixOf({ name }: Place): string {
  return `.${name.slice(0, 120)}.`;
}

/** Removes temporary files whose writers, processes of this host, no longer run. Files that cannot be removed stay. */
async function removeAbandoned(files: FileSystem, place: Place): Promise<void> {
  const prefix = prefixOf(place);
  const names = await files.readdir(place.folder).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(prefix)) continue;
    const [, pid, host] = /^(\d+)-([A-Za-z0-9]*)-[0-9a-f]{8}\.tmp$/.exec(name.slice(prefix.length)) ?? [];
    if (pid === undefined || host !== place.host || isAlive(place.process, Number(pid))) continue;
    await files.rm(place.join(place.folder, name), { force: true }).catch(() => undefined);
  }
}

function isAlive(process: Place['process'], pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user answers with EPERM.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}
