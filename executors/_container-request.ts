/** What the engine is asked for: the container of one task, with the folders and limits it may have. */
import type { ContainerCreateOptions, MountSettings } from 'dockerode';
import { AppError } from '../src/core/errors.ts';
import type { ExecutorSettings } from '../src/core/executor.ts';
import { filesPath } from './_files-path.ts';

export interface ContainerWish {
  readonly image: string;
  readonly env: Readonly<Record<string, string>> | null;
  /** Folder of the engine's machine → folder in the container, with `:ro` behind it for reading only. */
  readonly volumes: Readonly<Record<string, string>> | null;
  readonly working_dir: string | null;
  readonly resources: { readonly cpu: string | null; readonly memory: string | null } | null;
}

const NANO = 1e9;
const BYTES: Readonly<Record<string, number>> = { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };
/** The engine refuses less. */
const MIN_MEMORY_BYTES = 6 * 1024 ** 2;
/** Keeps a command that starts itself over and over from taking the machine along. */
const MAX_PROCESSES = 1_024;

/** @throws AppError `task_failed` for a folder that may not be mounted, `task_input_invalid` for limits out of reach. */
export async function containerRequest(
  { image, env, volumes, working_dir: workingDir, resources }: ContainerWish,
  command: string[],
  settings: ExecutorSettings,
): Promise<ContainerCreateOptions> {
  const mounts: MountSettings[] = [];
  for (const [from, to] of Object.entries(volumes ?? {})) mounts.push(await mountOf(from, to, settings));
  return {
    Image: image,
    Cmd: command,
    Env: Object.entries(env ?? {}).map(([name, value]) => `${name}=${value}`),
    ...(workingDir === null ? {} : { WorkingDir: workingDir }),
    // Output comes as two streams.
    Tty: false,
    HostConfig: {
      Mounts: mounts,
      PidsLimit: MAX_PROCESSES,
      SecurityOpt: ['no-new-privileges'],
      // Kept on the engine's disk until the container goes: a command that never stops talking must not fill it.
      LogConfig: { Type: 'json-file', Config: { 'max-size': '16m', 'max-file': '1' } },
      ...(settings.containers?.network == null ? {} : { NetworkMode: settings.containers.network }),
      ...(resources?.cpu == null ? {} : { NanoCpus: Math.round(Number(resources.cpu) * NANO) }),
      ...(resources?.memory == null ? {} : memoryLimit(resources.memory)),
    },
  };
}

async function mountOf(from: string, to: string, settings: ExecutorSettings): Promise<MountSettings> {
  const [target = '', mode = 'rw'] = to.split(':');
  return { Type: 'bind', Source: await sourceOf(from, settings), Target: target, ReadOnly: mode === 'ro' };
}

/** Bind mounts follow links, so what is checked is where they lead. */
async function sourceOf(path: string, settings: ExecutorSettings): Promise<string> {
  if (settings.containers?.canMountAnything === true && path.startsWith('/')) return path;
  try {
    return await filesPath(settings.filesDir, path);
  } catch (error) {
    if (!AppError.is(error)) throw error;
    const hint =
      'Other folders are mounted only where an operator sets TASKGROVE_DOCKER_ALLOW_SENSITIVE_MOUNTS=1';
    throw new AppError('task_failed', `${error.message}. ${hint}`, { cause: error });
  }
}

function memoryLimit(text: string) {
  const unit = text.at(-1)?.toLowerCase() ?? '';
  const bytes = Number.parseInt(text, 10) * (BYTES[unit] ?? 1);
  if (bytes < MIN_MEMORY_BYTES) {
    throw new AppError('task_input_invalid', `"resources.memory" is ${text}: give at least 6m`);
  }
  // The same for both: memory that does not suffice is not replaced by swapping.
  return { Memory: bytes, MemorySwap: bytes };
}
