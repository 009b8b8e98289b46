/** Sealed values by owner and name. The store never sees what is in them. */

export interface SecretRow {
  /** `user:<id>` or `run:<id>`. */
  readonly owner: string;
  /** What it is among the owner's: an LLM provider. */
  readonly name: string;
  readonly sealed: string;
  /** ISO-8601; null = until it is deleted. */
  readonly expiresAt: string | null;
}

export interface SecretStore {
  /** Replaces what the owner had under this name. */
  put(secret: SecretRow): Promise<void>;
  /** By name in order; those that have expired too. */
  list(owner: string): Promise<SecretRow[]>;
  /** Of one name, or all. Returns how many went. */
  delete(owner: string, name?: string): Promise<number>;
  /** Removes what expired before `now` (ISO-8601). */
  purge(now: string): Promise<void>;
}
