/** The rows about people: users and API keys. Part of the store; both drivers pass the same conformance suite. */

export interface UserRecord {
  readonly userId: string;
  /** For people to read; not unique. */
  readonly username: string;
  /** The kind of credential the user came with first: `jwt`, `api_key`, `session_cookie` … */
  readonly source: string;
  readonly isGuest: boolean;
  readonly userAgent: string | null;
  /** ISO-8601 UTC. */
  readonly createdAt: string;
  readonly lastActiveAt: string;
}

export interface UserActivityRow {
  readonly userId: string;
  readonly userAgent: string | null;
  readonly lastActiveAt: string;
}

export interface UserFilter {
  /** `active`: seen at `since` or later; `inactive`: not since. */
  readonly status?: 'active' | 'inactive';
  /** ISO-8601 UTC. */
  readonly since: string;
  readonly limit: number;
}

export interface UserStore {
  /** Inserts those who are new; of those known only the last activity moves, never back. */
  record(users: readonly UserRecord[]): Promise<void>;
  /** Moves the last activity of those who have a row; others are passed over. */
  touch(activity: readonly UserActivityRow[]): Promise<void>;
  get(userId: string): Promise<UserRecord | null>;
  /** Latest activity first. */
  list(filter: UserFilter): Promise<UserRecord[]>;
  /** `since` null = of all times. */
  stats(since: string | null): Promise<{ total: number; active: number; created: number }>;
  /** Guests without activity since `before` and without an active run, longest idle first. */
  idleGuests(before: string, limit: number): Promise<string[]>;
  /** The rows only; tasks are the task store's. */
  remove(userIds: readonly string[]): Promise<void>;
}

export interface ApiKeyRecord {
  readonly keyId: string;
  /** sha-256 of the key, hex. */
  readonly keyHash: string;
  /** The key's first characters, to tell keys apart. */
  readonly hint: string;
  readonly userId: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly plan: string;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
}

export interface KeyStore {
  create(key: ApiKeyRecord): Promise<void>;
  findByHash(keyHash: string): Promise<ApiKeyRecord | null>;
  get(keyId: string): Promise<ApiKeyRecord | null>;
  /** Newest first; of everybody when `userId` is absent. */
  list(userId?: string): Promise<ApiKeyRecord[]>;
  /** The first time stands. Null when there is no such key. */
  revoke(keyId: string, at: string): Promise<ApiKeyRecord | null>;
}
