/** LLM keys of users and of runs: sealed to their owner and provider, so that a row copied elsewhere does not open. */
import { AppError } from '../core/errors.ts';
import { LlmKey } from '../core/llm/llm-key.ts';
import { isoMicros } from '../core/time.ts';
import type { LlmKeys } from '../ports/llm-keys.ts';
import type { Sealer } from '../ports/sealer.ts';
import type { SecretRow, SecretStore } from '../ports/secret-store.ts';

/** As long as Temporal remembers a run: a run that waits longer must bring its key again. */
const RUN_KEY_DAYS = 7;
const DAY_MS = 86_400_000;

export function createLlmKeys(secrets: SecretStore, sealer: Sealer, now: () => number): LlmKeys {
  const open = (row: SecretRow, userId: string) =>
    new LlmKey(row.name, sealer.open(row.sealed, contextOf(row.owner, row.name, userId)));
  const ofUser = async (userId: string) =>
    (await secrets.list(userOwner(userId))).map((row) => open(row, userId));
  return {
    sealForRun({ runId, userId }, key) {
      const owner = `run:${runId}`;
      const sealed = sealer.seal(key.reveal(), contextOf(owner, key.provider, userId));
      return { owner, name: key.provider, sealed, expiresAt: isoMicros(now() + RUN_KEY_DAYS * DAY_MS) };
    },
    async openForRun({ runId, userId }, { hasOwn }) {
      const [row] = hasOwn ? await secrets.list(`run:${runId}`) : [];
      const hasExpired = row?.expiresAt != null && row.expiresAt < isoMicros(now());
      if (hasOwn && (row === undefined || hasExpired)) throw expired();
      return { header: row === undefined ? null : open(row, userId), stored: await ofUser(userId) };
    },
    ofUser,
    providersOf: async (userId) => (await secrets.list(userOwner(userId))).map(({ name }) => name),
    async set(userId, key) {
      const owner = userOwner(userId);
      const sealed = sealer.seal(key.reveal(), contextOf(owner, key.provider, userId));
      await secrets.put({ owner, name: key.provider, sealed, expiresAt: null });
    },
    delete: async (userId, provider) => (await secrets.delete(userOwner(userId), provider ?? undefined)) > 0,
  };
}

function userOwner(userId: string): string {
  return `user:${userId}`;
}

function contextOf(owner: string, provider: string, userId: string): string {
  return JSON.stringify(['llm-key', owner, provider, userId]);
}

function expired(): AppError {
  return new AppError(
    'llm_key_expired',
    'The LLM key that came with this run is no longer kept: execute it again with X-LLM-API-KEY',
  );
}
