/** The hooks of this process: those of the folder, then our own, called by one runner. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '../config.ts';
import type { SafetyServices } from '../core/safety/safety-services.ts';
import type { FreeTreeLimits } from '../hooks/demo-mode.ts';
import { HookRunner } from '../hooks/hook-runner.ts';
import { orderedHooks } from '../hooks/index.ts';
import { createHttpClient } from '../http/guarded-fetch.ts';
import type { ExecutorRegistry } from '../ports/registry.ts';
import type { HookMetrics, Logger } from '../ports/telemetry.ts';
import { loadHooks } from '../registry/load-hooks.ts';

/** Beside executors/. */
const HOOKS_DIR = join(fileURLToPath(new URL('.', import.meta.url)), '..', '..', 'hooks');

/** Throws `invalid_params` for a hook file that cannot be used. */
export async function makeHooks(
  config: Config,
  parts: {
    readonly registry: ExecutorRegistry;
    readonly logger: Logger;
    readonly metrics: HookMetrics;
    readonly safety: SafetyServices;
  },
): Promise<HookRunner> {
  const { registry, logger, metrics, safety } = parts;
  const executorIds = registry.all().flatMap(({ id, aliases = [] }) => [id, ...aliases]);
  const own = await loadHooks({
    directory: config.hooksDir ?? HOOKS_DIR,
    mayBeMissing: config.hooksDir === null,
    switchedOn: config.hooks,
    executorIds: new Set(executorIds),
  });
  const hooks = orderedHooks(own, {
    limits: freeTreeLimits(config),
    safety,
    safetyTasks: config.safetyTasks,
  });
  logger.info({ hooks: hooks.map(({ id }) => id) }, 'Hooks in the order of their calls');
  const http = createHttpClient({ allowPrivateUrls: config.allowPrivateUrls });
  return new HookRunner({ hooks, logger, http, metrics });
}

/** What a free tree may ask of models on the server's key. */
export function freeTreeLimits(config: Config): FreeTreeLimits {
  return { maxCalls: config.llmFreeTreeMaxCalls, maxTokens: config.llmFreeTreeMaxTokens };
}
