/**
 * Finds the operator's hooks: every file of a folder that default-exports `defineHook({...})`, in the order of the file
 * names. A file that cannot be used stops the start with its name and what is wrong. Files whose names begin with `_`
 * are parts of hooks.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AppError } from '../core/errors.ts';
import type { HookDefinition } from '../core/hook.ts';
import { checkHook } from './check-hook.ts';

export interface LoadHooksOptions {
  /** Absolute; may be missing where `mayBeMissing`. */
  readonly directory: string;
  readonly mayBeMissing: boolean;
  /** Opt-in hooks that are switched on. */
  readonly switchedOn: readonly string[];
  /** Ids and aliases of all executors. */
  readonly executorIds: ReadonlySet<string>;
}

/** Only those that are on. Throws `invalid_params` naming the file, or the setting that names no hook. */
export async function loadHooks(options: LoadHooksOptions): Promise<readonly HookDefinition[]> {
  const names = (await filesIn(options)).filter(isHookFile).sort();
  const hooks = await Promise.all(names.map((name) => loadFile(options, name)));
  const ids = new Set(hooks.map(({ id }) => id));
  if (ids.size < hooks.length) throw new AppError('invalid_params', 'Two files in hooks/ have the same id');
  const unknown = options.switchedOn.filter((id) => !ids.has(id));
  if (unknown.length > 0) {
    const known = [...ids].join(', ') || 'none';
    throw new AppError(
      'invalid_params',
      `TASKGROVE_HOOKS names '${unknown.join("', '")}'; there are: ${known}`,
    );
  }
  return hooks.filter((hook) => hook.isOptIn !== true || options.switchedOn.includes(hook.id));
}

async function filesIn({ directory, mayBeMissing }: LoadHooksOptions): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (isMissing && mayBeMissing) return [];
    const reason = isMissing ? 'there is no such folder' : String(error);
    throw new AppError('invalid_params', `HOOKS_DIR ${directory} cannot be read: ${reason}`, {
      cause: error,
    });
  }
}

function isHookFile(name: string): boolean {
  return /^[^_.].*\.(ts|js)$/.test(name) && !/\.(test|d)\.(ts|js)$/.test(name);
}

async function loadFile({ directory, executorIds }: LoadHooksOptions, name: string): Promise<HookDefinition> {
  let module: { default?: unknown };
  try {
    module = (await import(pathToFileURL(join(directory, name)).href)) as { default?: unknown };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError('invalid_params', `hooks/${name} cannot be loaded: ${reason}`, { cause: error });
  }
  return checkHook(name, module.default, executorIds);
}
