/**
 * Checks JSON web tokens: HS256 under our own secret, or the asymmetric algorithms under the keys of an identity
 * provider. Which algorithm a key may be used with is ours to say, never the token's.
 */
import {
  createHmac,
  constants as cryptoConstants,
  type KeyObject,
  timingSafeEqual,
  verify,
} from 'node:crypto';
import { AppError } from '../core/errors.ts';
import { isJsonObject, type JsonObject } from '../core/json.ts';
import type { Role, UserPlan } from '../ports/identity.ts';
import { GUEST_PREFIX } from './guests.ts';
import type { KeySource } from './jwks.ts';

export interface Claims {
  readonly userId: string;
  readonly displayName: string | null;
  readonly roles: readonly Role[];
  readonly plan: UserPlan;
}

export interface JwtOptions {
  /** For HS256; null = such tokens are refused. */
  readonly secret: string | null;
  /** For RS256, PS256, ES256 and EdDSA; null = such tokens are refused. */
  readonly keys: KeySource | null;
  /** Demanded where given. */
  readonly issuer: string | null;
  readonly audience: string | null;
  readonly now: () => number;
}

/** Throws `unauthorized` for any token that is not good, `unavailable` when the provider's keys cannot be had. */
export type JwtVerifier = (token: string) => Promise<Claims>;

const MOST_CHARACTERS = 8_192;
const CLOCK_SKEW_SECONDS = 5;
const ROLES: readonly Role[] = ['user', 'reviewer', 'admin'];
const PLANS: readonly UserPlan[] = ['free', 'premium', 'internal'];

export function createJwtVerifier(options: JwtOptions): JwtVerifier {
  return async (token) => {
    const parts = token.length > MOST_CHARACTERS ? [] : token.split('.');
    const [head, body, signature] = parts;
    if (parts.length !== 3 || head === undefined || body === undefined || !signature) throw badToken();
    const header = parse(head);
    if (header['crit'] !== undefined) throw badToken();
    const isGood = await checkSignature(
      options,
      header,
      `${head}.${body}`,
      Buffer.from(signature, 'base64url'),
    );
    if (!isGood) throw badToken();
    const payload = parse(body);
    checkClaims(options, payload);
    return claimsOf(payload);
  };
}

async function checkSignature(
  options: JwtOptions,
  header: JsonObject,
  signed: string,
  signature: Buffer,
): Promise<boolean> {
  const algorithm = header['alg'];
  if (algorithm === 'HS256') {
    if (options.secret === null) return false;
    const expected = createHmac('sha256', options.secret).update(signed).digest();
    return signature.length === expected.length && timingSafeEqual(signature, expected);
  }
  if (options.keys === null || typeof algorithm !== 'string') return false;
  const keyId = typeof header['kid'] === 'string' ? header['kid'] : null;
  const key = await options.keys.find(algorithm, keyId);
  return key !== null && verifyWith(key, algorithm, Buffer.from(signed), signature);
}

function verifyWith(key: KeyObject, algorithm: string, data: Buffer, signature: Buffer): boolean {
  switch (algorithm) {
    case 'RS256':
      return verify('sha256', data, key, signature);
    case 'PS256': {
      const padding = cryptoConstants.RSA_PKCS1_PSS_PADDING;
      const saltLength = cryptoConstants.RSA_PSS_SALTLEN_DIGEST;
      return verify('sha256', data, { key, padding, saltLength }, signature);
    }
    case 'ES256':
      return verify('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, signature);
    case 'EdDSA':
      return verify(null, data, key, signature);
    default:
      return false;
  }
}

function checkClaims(options: JwtOptions, payload: JsonObject): void {
  const nowSeconds = options.now() / 1_000;
  const { exp, nbf, iss, aud } = payload;
  if (exp !== undefined && !(typeof exp === 'number' && nowSeconds < exp + CLOCK_SKEW_SECONDS))
    throw badToken();
  if (nbf !== undefined && !(typeof nbf === 'number' && nowSeconds > nbf - CLOCK_SKEW_SECONDS))
    throw badToken();
  if (options.issuer !== null && iss !== options.issuer) throw badToken();
  const audiences = Array.isArray(aud) ? aud : [aud];
  if (options.audience !== null && !audiences.includes(options.audience)) throw badToken();
}

function claimsOf(payload: JsonObject): Claims {
  const { sub, plan } = payload;
  // A guest's id is proved by its own signed cookie only: no token may name one.
  if (typeof sub !== 'string' || !/^\P{Cc}{1,200}$/u.test(sub) || sub.startsWith(GUEST_PREFIX))
    throw badToken();
  const name = payload['name'] ?? payload['preferred_username'];
  return {
    userId: sub,
    displayName: typeof name === 'string' && name !== '' ? name.slice(0, 200) : null,
    roles: rolesOf(payload),
    plan: PLANS.find((known) => known === plan) ?? 'free',
  };
}

/** `roles` (list or text) or `role`; what we do not know gives no rights. */
function rolesOf(payload: JsonObject): readonly Role[] {
  const given = [payload['roles'], payload['role']].flat();
  const known = ROLES.filter((role) => given.includes(role));
  return known.length === 0 ? ['user'] : known;
}

function parse(part: string): JsonObject {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    if (isJsonObject(value)) return value;
  } catch (error) {
    throw badToken(error);
  }
  throw badToken();
}

/** One text for all that can be wrong: it tells a forger nothing. */
function badToken(cause?: unknown): AppError {
  return new AppError('unauthorized', 'Invalid or expired JWT token', cause === undefined ? {} : { cause });
}
