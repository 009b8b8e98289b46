/** The real chain with a clock of the test's, over a store of the test's choice. */
import { createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { createApiKeys } from '../../src/identity/api-keys.ts';
import { type CookieStyle, createCookieWriter } from '../../src/identity/cookies.ts';
import { createIdentity, type IdentityParts } from '../../src/identity/create-identity.ts';
import { createMarks } from '../../src/identity/fingerprint.ts';
import { createGuests } from '../../src/identity/guests.ts';
import { createSessionCookies } from '../../src/identity/session-cookie.ts';
import { createJwtVerifier, type JwtOptions } from '../../src/identity/verify-jwt.ts';
import type { Identity } from '../../src/ports/identity.ts';
import type { KeyStore } from '../../src/ports/user-store.ts';

export const JWT_SECRET = 'a secret of the tests only';
export const START_MS = Date.UTC(2026, 10, 21, 12);

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** An HS256 token; `header` for those that lie. */
export function signToken(payload: object, options: { secret?: string; header?: object } = {}): string {
  const text = `${part(options.header ?? { alg: 'HS256', typ: 'JWT' })}.${part(payload)}`;
  return `${text}.${createHmac('sha256', options.secret ?? JWT_SECRET)
    .update(text)
    .digest('base64url')}`;
}

export interface TestIdentity {
  readonly clock: { ms: number };
  readonly parts: IdentityParts;
  /** The identity, and the cookies that came with it. */
  ask(headers?: IncomingHttpHeaders, more?: { ip?: string; path?: string }): Promise<Asked>;
}
export interface Asked {
  readonly identity: Identity | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly cookies: readonly string[];
}

export function makeIdentity(
  options: {
    keys?: KeyStore;
    isDemoMode?: boolean;
    operatorKey?: string;
    style?: CookieStyle;
    jwt?: Partial<JwtOptions>;
    secret?: string;
    clock?: { ms: number };
  } = {},
): TestIdentity {
  const clock = options.clock ?? { ms: START_MS };
  const now = () => clock.ms;
  const derive = (purpose: string) => Buffer.from(`${options.secret ?? 'secret'} ${purpose}`);
  const none: KeyStore = {
    create: async () => undefined,
    findByHash: async () => null,
    get: async () => null,
    list: async () => [],
    revoke: async () => null,
  };
  const parts: IdentityParts = {
    isDemoMode: options.isDemoMode ?? true,
    marks: createMarks(derive('marks')),
    guests: createGuests(derive('guests'), now),
    sessions: createSessionCookies(derive('sessions'), now),
    cookies: createCookieWriter(options.style ?? { sameSite: 'lax', isSecure: false }),
    verifyJwt: createJwtVerifier({
      secret: JWT_SECRET,
      keys: null,
      issuer: null,
      audience: null,
      now,
      ...options.jwt,
    }),
    keys: createApiKeys({ store: options.keys ?? none, freshMs: Number.POSITIVE_INFINITY, now }),
    operatorKey: options.operatorKey ?? null,
  };
  const resolver = createIdentity(parts);
  return {
    clock,
    parts,
    async ask(headers = {}, more = {}) {
      const cookies: string[] = [];
      const request = {
        headers,
        ip: more.ip ?? '203.0.113.7',
        method: 'POST',
        path: more.path ?? '/tasks',
        setCookie: (value: string) => void cookies.push(value),
      };
      try {
        return { identity: await resolver.resolve(request), error: null, cookies };
      } catch (error) {
        return { identity: null, error: error as Asked['error'], cookies };
      }
    },
  };
}
