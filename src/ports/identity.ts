/** Who is asking. Every method checks ownership against this; where it comes from (tokens, cookies) is not the API's concern. */
import type { IncomingHttpHeaders } from 'node:http';
import type { ApiKeyRecord } from './user-store.ts';

export type Role = 'user' | 'reviewer' | 'admin';
/** What limits apply. `internal`: the operator's own tools, which have none. */
export type UserPlan = 'free' | 'premium' | 'internal';

export interface Identity {
  readonly userId: string;
  readonly roles: readonly Role[];
  /** Sees and may act on what others own. */
  readonly isAdmin: boolean;
  /** Which credential decided: `jwt`, `api_key`, `operator_key`, `jwt_cookie`, `session_cookie`, `fingerprint`; for logs. */
  readonly source: string;
  /** What carried it: browsers send cookies, and nothing at all, without being asked, so those need the CSRF rule. */
  readonly credential: 'header' | 'cookie' | 'none';
  readonly plan: UserPlan;
  /** HMAC of browser and address: what guests' daily counts are kept by. */
  readonly fingerprint: string;
  /** HMAC of the address; of the /64 where it is IPv6. */
  readonly ipHash: string;
  readonly isGuest: boolean;
  /** As the token names the user; absent = by the id. */
  readonly displayName?: string;
}

export interface IdentityRequest {
  readonly headers: IncomingHttpHeaders;
  /** Peer address, or the client's where a trusted proxy names it. */
  readonly ip: string;
  readonly method: string;
  readonly path: string;
  /** Takes a whole `Set-Cookie` value: new sessions, and the deletion of cookies that are no good. */
  readonly setCookie: (value: string) => void;
}

export interface IdentityResolver {
  /**
   * Throws AppError `unauthorized` for a bad Authorization or API key (never falling through to a weaker one) and
   * where nobody is named and guests are off; `unavailable` when a key cannot be checked.
   */
  resolve(request: IdentityRequest): Promise<Identity>;
}

/** Finds the client's address behind the proxies that are trusted. */
export interface ClientAddress {
  /** `forwardedFor` counts only as far as trusted proxies have written it. */
  of(peer: string, forwardedFor: string | undefined): string;
}

/** Keeps the users table: who was active when, without a write per request. */
export interface UserActivity {
  /** A request of this user came in. */
  seen(identity: Identity, userAgent: string | undefined): void;
  /** A call of this user has changed something: from now on the user has a row. */
  changed(identity: Identity): void;
  /** Writes what waits. */
  flush(): Promise<void>;
}

export interface NewApiKey {
  readonly userId: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly plan: UserPlan;
  /** ISO-8601; null = never. */
  readonly expiresAt: string | null;
}

export interface ApiKeys {
  /** The only time the key itself is to be had. */
  create(input: NewApiKey): Promise<{ readonly key: string; readonly record: ApiKeyRecord }>;
  /** Newest first; of everybody when `userId` is absent. */
  list(userId?: string): Promise<ApiKeyRecord[]>;
  get(keyId: string): Promise<ApiKeyRecord | null>;
  /** The key is refused from now on; on another process within a second. Revoking again changes nothing. */
  revoke(keyId: string): Promise<ApiKeyRecord | null>;
}
