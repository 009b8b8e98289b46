/** Whose keys a run's models are paid with: decided when it is accepted, held to while it runs. Pure. */
import type { JsonObject } from '../json.ts';
import { chooseKey } from './choose-key.ts';
import { DEMO_PROVIDER, providerOfModel } from './provider-catalog.ts';

/** In a run's options as `llmKeys`; absent = the server's key alone. Never a key, only that there is one. */
export interface RunLlmKeys {
  /** The request brought a key: it is stored, sealed, until the run ends. */
  readonly hasOwn: boolean;
  /** Every task that asks a model has a key of the user's: no limit, no demo, and never the server's key. */
  readonly isPremium: boolean;
}

/** What a task wants of a model, as far as its inputs and params say. */
export interface ModelTask {
  readonly inputs: JsonObject | null;
  readonly params: JsonObject | null;
}

/** True when there is such a task, and each resolves to one of these providers' keys. */
export function isPremiumWork(
  tasks: readonly ModelTask[],
  keys: { readonly header: string | null; readonly stored: readonly string[] },
): boolean {
  if (tasks.length === 0 || (keys.header === null && keys.stored.length === 0)) return false;
  return tasks.every((task) => {
    const provider = wantedProvider(task);
    if (provider === DEMO_PROVIDER) return true;
    const available = { ...keys, server: [], mayUseServerKey: false };
    // The address does not matter here: a key of the user's goes wherever the user's task sends it.
    const baseUrl = 'https://any.invalid';
    return chooseKey(available, { provider, baseUrl }).source !== 'none';
  });
}

/** null = whichever has a key. */
export function wantedProvider({ inputs, params }: ModelTask): string | null {
  const text = (name: string) => [inputs?.[name], params?.[name]].find((value) => typeof value === 'string');
  const named = text('provider') ?? text('llm_provider');
  if (typeof named === 'string' && named !== '') return named.toLowerCase();
  const model = text('model');
  return typeof model === 'string' ? providerOfModel(model).provider : null;
}

/** What the options of a run say; the default for those that say nothing. */
export function runLlmKeys(options: JsonObject): RunLlmKeys {
  const given = options['llmKeys'] as Partial<RunLlmKeys> | undefined;
  return { hasOwn: given?.hasOwn === true, isPremium: given?.isPremium === true };
}
