/** Who is asking. Every method checks ownership against this; where it comes from (tokens, cookies) is not the API's concern. */
import type { IncomingHttpHeaders } from 'node:http';

export type Role = 'user' | 'reviewer' | 'admin';

export interface Identity {
  readonly userId: string;
  readonly roles: readonly Role[];
  /** Sees and may act on what others own. */
  readonly isAdmin: boolean;
  /** Which credential decided: `default`, `jwt`, `api_key`, `cookie`, `fingerprint` … for logs. */
  readonly source: string;
}

export interface IdentityRequest {
  readonly headers: IncomingHttpHeaders;
  /** Peer address, or the client's where a trusted proxy names it. */
  readonly ip: string;
  readonly method: string;
  readonly path: string;
}

export interface IdentityResolver {
  /** Throws AppError `unauthorized` for a bad credential; never falls through to a weaker one. */
  resolve(request: IdentityRequest): Promise<Identity>;
}
