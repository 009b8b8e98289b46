/** The public keys of an identity provider: fetched when first needed, again when they are old or a key is unknown. */
import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { AppError } from '../core/errors.ts';
import { isJsonObject, type JsonObject } from '../core/json.ts';

export interface KeySource {
  /** Null when no key fits. Throws `unavailable` when the provider does not answer and nothing is known yet. */
  find(algorithm: string, keyId: string | null): Promise<KeyObject | null>;
}

interface KnownKey {
  readonly keyId: string | null;
  readonly algorithms: readonly string[];
  readonly key: KeyObject;
}

const FRESH_MS = 10 * 60_000;
/** Tokens with invented key ids must not make us a nuisance to the provider. */
const AT_MOST_EVERY_MS = 30_000;

export function createKeySource(options: {
  /** The parsed document at JWT_JWKS_URL. */
  readonly fetchKeys: () => Promise<unknown>;
  readonly now: () => number;
}): KeySource {
  let keys: readonly KnownKey[] | null = null;
  let askedAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | null = null;

  async function ask(): Promise<void> {
    askedAt = options.now();
    try {
      keys = readKeys(await options.fetchKeys());
    } catch (error) {
      // Old keys are better than none: the provider's outage must not sign everybody out.
      if (keys === null) throw noKeys(error);
    }
  }
  function refresh(): Promise<void> {
    asking ??= ask().finally(() => {
      asking = null;
    });
    return asking;
  }

  return {
    async find(algorithm, keyId) {
      const age = options.now() - askedAt;
      if (keys === null && age < AT_MOST_EVERY_MS && asking === null) throw noKeys();
      if (keys === null || age > FRESH_MS) await refresh();
      const found = pick(keys ?? [], algorithm, keyId);
      if (found !== null || options.now() - askedAt < AT_MOST_EVERY_MS) return found;
      await refresh();
      return pick(keys ?? [], algorithm, keyId);
    },
  };
}

function pick(keys: readonly KnownKey[], algorithm: string, keyId: string | null): KeyObject | null {
  const fitting = keys.filter((known) => known.algorithms.includes(algorithm));
  if (keyId !== null) return fitting.find((known) => known.keyId === keyId)?.key ?? null;
  // Without a key id only the one key there is can be meant.
  return fitting.length === 1 ? (fitting[0]?.key ?? null) : null;
}

function readKeys(document: unknown): KnownKey[] {
  if (!isJsonObject(document) || !Array.isArray(document['keys'])) throw new Error('not a JSON Web Key Set');
  return document['keys'].filter(isJsonObject).flatMap(readKey);
}

/** Keys of kinds we do not know are passed over, as the standard asks. */
function readKey(jwk: JsonObject): KnownKey[] {
  if (jwk['use'] !== undefined && jwk['use'] !== 'sig') return [];
  const possible = algorithmsOf(jwk);
  const algorithms = jwk['alg'] === undefined ? possible : possible.filter((name) => name === jwk['alg']);
  if (algorithms.length === 0) return [];
  const key = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
  return [{ keyId: typeof jwk['kid'] === 'string' ? jwk['kid'] : null, algorithms, key }];
}

function algorithmsOf({ kty, crv }: JsonObject): readonly string[] {
  if (kty === 'RSA') return ['RS256', 'PS256'];
  if (kty === 'EC' && crv === 'P-256') return ['ES256'];
  return kty === 'OKP' && crv === 'Ed25519' ? ['EdDSA'] : [];
}

function noKeys(cause?: unknown): AppError {
  const text = 'The keys of the identity provider cannot be read (JWT_JWKS_URL), so tokens cannot be checked';
  return new AppError('unavailable', text, cause === undefined ? {} : { cause });
}
