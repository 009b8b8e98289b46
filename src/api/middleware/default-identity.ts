/** One user for everybody: what a server without sign-in answers as. */
import type { Identity, IdentityResolver } from '../../ports/identity.ts';

export function defaultIdentity(userId: string): IdentityResolver {
  const identity: Identity = { userId, roles: ['user'], isAdmin: false, source: 'default' };
  const resolved = Promise.resolve(identity);
  return { resolve: () => resolved };
}
