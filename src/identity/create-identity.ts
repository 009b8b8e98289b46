/**
 * Who is asking, first match: Authorization or X-API-Key, a token in a cookie, the guest's session cookie, and where
 * guests are welcome, the fingerprint. A bad header ends the search; a bad cookie is deleted and the search goes on.
 */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '../core/errors.ts';
import type { Identity, IdentityRequest, IdentityResolver, Role, UserPlan } from '../ports/identity.ts';
import type { ApiKeyRecord } from '../ports/user-store.ts';
import { type CheckedKeys, hashKey, isApiKey } from './api-keys.ts';
import { type CookieWriter, readCookies } from './cookies.ts';
import type { Marks } from './fingerprint.ts';
import type { Guests } from './guests.ts';
import { SESSION_COOKIE, SESSION_SECONDS, type SessionCookies } from './session-cookie.ts';
import type { Claims, JwtVerifier } from './verify-jwt.ts';

/** Owner of what the operator key and servers without sign-in create. */
export const OPERATOR_USER = 'local';
const TOKEN_COOKIES = ['authorization', 'auth_token'] as const;
/** Agents have no browser: their endpoints take no credential that a browser sends unasked. */
const COOKIELESS_PATHS = /^\/(mcp|a2a)?(\/|$)/;

export interface IdentityParts {
  /** Guests are welcome. */
  readonly isDemoMode: boolean;
  readonly marks: (headers: IncomingHttpHeaders, ip: string) => Marks;
  readonly guests: Guests;
  readonly sessions: SessionCookies;
  readonly cookies: CookieWriter;
  readonly verifyJwt: JwtVerifier;
  readonly keys: CheckedKeys;
  /** Of a loopback `npm start`; null = there is none. */
  readonly operatorKey: string | null;
}

export function createIdentity(parts: IdentityParts): IdentityResolver {
  const operatorHash = parts.operatorKey === null ? null : hashKey(parts.operatorKey);
  return {
    async resolve(request) {
      const marks = parts.marks(request.headers, request.ip);
      const token = headerToken(request.headers);
      if (token !== null) return fromHeader(parts, marks, token, operatorHash);
      const takesCookies = !COOKIELESS_PATHS.test(request.path);
      const cookies = readCookies(takesCookies ? request.headers.cookie : undefined);
      const signedIn = await fromTokenCookies(parts, marks, request, cookies);
      return signedIn ?? asGuest(parts, marks, request, takesCookies ? cookies : null);
    },
  };
}

/** Null when neither header is there. Authorization comes first. */
function headerToken(headers: IncomingHttpHeaders): string | null {
  const { authorization } = headers;
  if (authorization !== undefined && authorization.trim() !== '') return withoutScheme(authorization);
  const key = headers['x-api-key'];
  return typeof key === 'string' && key.trim() !== '' ? `tg_${key.trim().replace(/^tg_/, '')}` : null;
}

function withoutScheme(value: string): string {
  return value.trim().replace(/^bearer(\s+|$)/i, '');
}

async function fromHeader(
  parts: IdentityParts,
  marks: Marks,
  token: string,
  operatorHash: string | null,
): Promise<Identity> {
  if (!isApiKey(token)) {
    return fromClaims(await parts.verifyJwt(token), marks, { source: 'jwt', credential: 'header' });
  }
  if (operatorHash !== null && timingSafeEqual(Buffer.from(hashKey(token)), Buffer.from(operatorHash)))
    return operator(marks);
  const record = await parts.keys.check(token);
  if (record === null) throw new AppError('unauthorized', 'Invalid, expired or revoked API key');
  return fromKey(record, marks);
}

async function fromTokenCookies(
  parts: IdentityParts,
  marks: Marks,
  request: IdentityRequest,
  cookies: ReadonlyMap<string, string>,
): Promise<Identity | null> {
  for (const name of TOKEN_COOKIES) {
    const value = cookies.get(name);
    if (value === undefined) continue;
    try {
      const claims = await parts.verifyJwt(withoutScheme(decoded(value)));
      return fromClaims(claims, marks, { source: 'jwt_cookie', credential: 'cookie' });
    } catch (error) {
      // Only a verdict on the token deletes it: an identity provider that is away must not sign people out.
      if (!AppError.is(error) || error.code !== 'unauthorized') throw error;
      request.setCookie(parts.cookies.remove(name));
    }
  }
  return null;
}

/** `cookies` null: the endpoint takes and gives none. */
function asGuest(
  parts: IdentityParts,
  marks: Marks,
  request: IdentityRequest,
  cookies: ReadonlyMap<string, string> | null,
): Identity {
  const value = cookies?.get(SESSION_COOKIE);
  if (!parts.isDemoMode) {
    if (value !== undefined) request.setCookie(parts.cookies.remove(SESSION_COOKIE));
    throw new AppError(
      'unauthorized',
      "Missing Authorization header or cookie. Send 'Authorization: Bearer <token>' or 'X-API-Key: tg_…' (an admin makes keys with: taskgrove keys create), or start the server with DEMO_MODE=true to let guests in",
    );
  }
  const session = value === undefined ? null : parts.sessions.read(value);
  const guestId = session?.guestId ?? parts.guests.idFor(request.headers, marks.fingerprint);
  if (cookies !== null && (session === null || session.isAging))
    request.setCookie(parts.cookies.set(SESSION_COOKIE, parts.sessions.write(guestId), SESSION_SECONDS));
  return {
    userId: guestId,
    roles: ['user'],
    isAdmin: false,
    source: session === null ? 'fingerprint' : 'session_cookie',
    credential: session === null ? 'none' : 'cookie',
    plan: 'free',
    ...marks,
    isGuest: true,
  };
}

function fromClaims(
  claims: Claims,
  marks: Marks,
  how: { readonly source: string; readonly credential: Identity['credential'] },
): Identity {
  const { userId, roles, plan, displayName } = claims;
  return {
    userId,
    roles,
    isAdmin: roles.includes('admin'),
    ...how,
    plan,
    ...marks,
    isGuest: false,
    ...(displayName === null ? {} : { displayName }),
  };
}

function fromKey(record: ApiKeyRecord, marks: Marks): Identity {
  return {
    userId: record.userId,
    roles: record.roles as readonly Role[],
    isAdmin: record.roles.includes('admin'),
    source: 'api_key',
    credential: 'header',
    plan: record.plan as UserPlan,
    ...marks,
    isGuest: false,
  };
}

function operator(marks: Marks): Identity {
  return {
    userId: OPERATOR_USER,
    roles: ['admin'],
    isAdmin: true,
    source: 'operator_key',
    credential: 'header',
    plan: 'internal',
    ...marks,
    isGuest: false,
  };
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    // Not escaped, then: it is checked as it stands.
    return value;
  }
}
