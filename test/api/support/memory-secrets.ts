/** The sealed secrets of the store in memory. */
import type { SecretRow, SecretStore } from '../../../src/ports/secret-store.ts';

export function memorySecrets(): SecretStore {
  let rows: SecretRow[] = [];
  const isAt = (row: SecretRow, owner: string, name?: string) =>
    row.owner === owner && (name === undefined || row.name === name);
  return {
    put: async (secret) => {
      rows = [...rows.filter((row) => !isAt(row, secret.owner, secret.name)), secret];
    },
    list: async (owner) => rows.filter((row) => isAt(row, owner)),
    delete: async (owner, name) => {
      const before = rows.length;
      rows = rows.filter((row) => !isAt(row, owner, name));
      return before - rows.length;
    },
    purge: async (now) => {
      rows = rows.filter(({ expiresAt }) => expiresAt === null || expiresAt >= now);
    },
  };
}
