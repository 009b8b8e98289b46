/** Puts together who may ask and how they are known: secrets, tokens, keys, guests, and what is remembered of them. */
import type { Config } from '../config.ts';
import { createHttpClient } from '../http/guarded-fetch.ts';
import { type CheckedKeys, createApiKeys } from '../identity/api-keys.ts';
import { createClientAddress, type ProxyWatch } from '../identity/client-address.ts';
import { createCookieWriter } from '../identity/cookies.ts';
import { createIdentity } from '../identity/create-identity.ts';
import { createMarks } from '../identity/fingerprint.ts';
import { createGuests } from '../identity/guests.ts';
import { createKeySource } from '../identity/jwks.ts';
import { createSessionCookies } from '../identity/session-cookie.ts';
import { sweepGuests } from '../identity/sweep-guests.ts';
import { type ClosableActivity, createUserActivity } from '../identity/user-activity.ts';
import { createJwtVerifier, type JwtVerifier } from '../identity/verify-jwt.ts';
import type { IdentityResolver } from '../ports/identity.ts';
import type { Sealer } from '../ports/sealer.ts';
import type { Store } from '../ports/store.ts';
import type { Logger } from '../ports/telemetry.ts';
import { instanceJwtSecret, operatorKey } from '../secrets/instance-secret.ts';

/** Another process may revoke a key; on DuckDB there is none. */
const SHARED_KEYS_FRESH_MS = 1_000;
const SWEEP_EVERY_MS = 60 * 60_000;
const JWKS_TIMEOUT_MS = 5_000;
const JWKS_BYTES = 256 * 1024;
const LOOPBACK = /^(localhost|127(\.\d+){3}|::1)$/;

export interface Access {
  /** What the API is given of it. */
  readonly api: {
    readonly identity: IdentityResolver;
    readonly clientAddress: ProxyWatch;
    readonly activity: ClosableActivity;
    readonly keys: CheckedKeys;
  };
  readonly checkProxy: ProxyWatch['check'];
  /** Only on a loopback start of role `all`: whoever reads the operator's files owns the machine anyway. */
  readonly operatorKey: string | null;
  close(): Promise<void>;
}

export async function startAccess(parts: {
  readonly config: Config;
  readonly store: Store;
  readonly sealer: Sealer;
  readonly logger: Logger;
}): Promise<Access> {
  const { config, store, sealer, logger } = parts;
  const now = Date.now;
  const isOperators = config.role === 'all' && LOOPBACK.test(config.host);
  const operator = isOperators ? await operatorKey() : null;
  const clientAddress = createClientAddress({ trust: config.trustProxy, logger, now });
  const activity = createUserActivity({ store: store.users, logger, now });
  const freshMs = store.kind === 'duckdb' ? Number.POSITIVE_INFINITY : SHARED_KEYS_FRESH_MS;
  const keys = createApiKeys({ store: store.keys, freshMs, now });
  const identity = createIdentity({
    isDemoMode: config.demoMode,
    marks: createMarks(sealer.derive('fingerprint')),
    guests: createGuests(sealer.derive('guest-ids'), now),
    sessions: createSessionCookies(sealer.derive('session-cookies'), now),
    cookies: createCookieWriter({
      sameSite: config.sessionCookieSameSite,
      isSecure: config.publicUrl?.startsWith('https:') === true,
    }),
    verifyJwt: await jwtVerifier(config),
    keys,
    operatorKey: operator,
  });
  const stopSweeping = config.role === 'worker' ? () => undefined : keepSweeping(store, logger);
  return {
    api: { identity, clientAddress, activity, keys },
    checkProxy: clientAddress.check,
    operatorKey: operator,
    close: async () => {
      await stopSweeping();
      await activity.close();
    },
  };
}

async function jwtVerifier(config: Config): Promise<JwtVerifier> {
  const { jwtJwksUrl, jwtIssuer: issuer, jwtAudience: audience } = config;
  // Many processes must agree on the secret, so only a single one may make its own.
  const secret =
    config.jwtSecret?.reveal() ??
    (config.databaseUrl === null ? await instanceJwtSecret(config.dataDir) : null);
  const keys =
    jwtJwksUrl === null ? null : createKeySource({ fetchKeys: () => fetchKeys(jwtJwksUrl), now: Date.now });
  return createJwtVerifier({ secret, keys, issuer, audience, now: Date.now });
}

/** The operator has named this URL, so it may be a private one. */
async function fetchKeys(url: string): Promise<unknown> {
  const http = createHttpClient({ allowPrivateUrls: true });
  const { status, body } = await http.request({ url, timeoutMs: JWKS_TIMEOUT_MS, maxBytes: JWKS_BYTES });
  if (status !== 200) throw new Error(`${url} answered ${status}`);
  return JSON.parse(new TextDecoder().decode(body));
}

/** At the start and every hour. The function it gives stops that, and waits for a sweep that is under way. */
function keepSweeping(store: Store, logger: Logger): () => Promise<void> {
  let sweeping: Promise<void> = Promise.resolve();
  const sweep = () => {
    sweeping = sweepGuests(store, Date.now()).then(
      (gone) => {
        if (gone > 0) logger.info({ guests: gone }, 'Guests who were away for thirty days are gone');
      },
      (error: unknown) => logger.warn({ err: error }, 'Idle guests could not be removed'),
    );
  };
  sweep();
  const timer = setInterval(sweep, SWEEP_EVERY_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await sweeping;
  };
}
