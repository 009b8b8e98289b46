/** `keys.create`, `keys.list`, `keys.revoke`: API keys for programs that act for a user. */
import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import { isoMicros } from '../../core/time.ts';
import type { Identity, Role, UserPlan } from '../../ports/identity.ts';
import type { ApiKeyRecord } from '../../ports/user-store.ts';
import { type Call, defineMethod } from '../method.ts';
import { canSee, scopeUser } from './own.ts';
import { optionalId, requireId, userIdParam } from './param.ts';

const ROLES = ['user', 'reviewer', 'admin'] as const satisfies readonly Role[];
const PLANS = ['free', 'premium', 'internal'] as const satisfies readonly UserPlan[];
const DAY_MS = 86_400_000;
const shared = {
  scope: 'system',
  bodyLimit: 'small',
  auth: { ownership: 'own-keys' },
} as const;

const keyResult = z.object({
  key_id: z.string(),
  name: z.string(),
  hint: z.string().describe('How the key begins'),
  user_id: z.string(),
  roles: z.array(z.string()),
  plan: z.string(),
  created_at: z.string(),
  expires_at: z.string().nullable(),
  revoked_at: z.string().nullable(),
});

const createParams = z.object({
  name: z.string().min(1).max(100),
  user_id: userIdParam,
  roles: z.array(z.enum(ROLES)).min(1).nullish().describe('Not more than your own; default user'),
  plan: z.enum(PLANS).nullish().describe('Only an admin may give another than free'),
  expires_in_days: z.number().positive().max(3650).nullish().describe('Never, when absent'),
});

export const keysCreate = defineMethod<z.infer<typeof createParams>>({
  ...shared,
  name: 'keys.create',
  title: 'Create API Key',
  description: 'A new API key. It is shown this once and stored as a hash.',
  category: 'crud',
  tags: ['key', 'create'],
  params: createParams,
  result: keyResult.extend({ key: z.string().describe('Send it as X-API-Key or Authorization: Bearer') }),
  errors: ['forbidden'],
  examples: [{ name: 'for a nightly job', params: { name: 'nightly', expires_in_days: 90 } }],
  handle: async (params, call) => {
    const { identity, deps } = call;
    const userId = scopeUser(identity, params.user_id, 'create keys for') ?? identity.userId;
    const roles = params.roles ?? ['user'];
    const plan = params.plan ?? 'free';
    checkGrant(identity, roles, plan);
    if (userId.startsWith('guest:')) throw new AppError('invalid_params', 'A guest cannot have a key');
    const days = params.expires_in_days;
    const expiresAt = days == null ? null : isoMicros(deps.clock.now() + days * DAY_MS);
    const { key, record } = await deps.keys.create({ userId, name: params.name, roles, plan, expiresAt });
    return { ...shown(record), key };
  },
});

/** Nobody gives more than they have: a key must not be a way up. */
function checkGrant(identity: Identity, roles: readonly Role[], plan: UserPlan): void {
  if (identity.isGuest) throw new AppError('forbidden', 'Guests cannot create keys: sign in first');
  if (identity.isAdmin) return;
  const missing = roles.find((role) => role !== 'user' && !identity.roles.includes(role));
  if (missing !== undefined)
    throw new AppError('forbidden', `You do not have the role ${missing}, so a key of yours cannot have it`);
  if (plan !== 'free') throw new AppError('forbidden', `Only an admin may give a key the plan ${plan}`);
}

const listParams = z.object({ user_id: userIdParam });

export const keysList = defineMethod<z.infer<typeof listParams>>({
  ...shared,
  name: 'keys.list',
  title: 'List API Keys',
  description: 'API keys, newest first, revoked ones too. The keys themselves cannot be shown again.',
  category: 'query',
  tags: ['key', 'list'],
  params: listParams,
  result: z.array(keyResult),
  errors: ['forbidden'],
  examples: [{ name: 'mine', params: {} }],
  handle: async (params, call) => {
    const userId = scopeUser(call.identity, params.user_id, 'list keys for');
    return (await call.deps.keys.list(userId)).map(shown);
  },
});

const revokeParams = z.object({ key_id: optionalId });

export const keysRevoke = defineMethod<z.infer<typeof revokeParams>>({
  ...shared,
  name: 'keys.revoke',
  title: 'Revoke API Key',
  description: 'Makes a key useless at once. Revoking it again changes nothing.',
  category: 'crud',
  tags: ['key', 'revoke'],
  params: revokeParams,
  result: keyResult,
  errors: ['not_found'],
  isDestructive: true,
  examples: [{ name: 'by id', params: { key_id: '019aa000-0000-7000-8000-000000000000' } }],
  handle: async (params, call) => {
    const keyId = requireId('Key ID is required', params.key_id);
    const own = await findOwnKey(call, keyId);
    const revoked = own === null ? null : await call.deps.keys.revoke(keyId);
    if (revoked === null) throw new AppError('not_found', `Key ${keyId} not found`);
    return shown(revoked);
  },
});

async function findOwnKey(call: Call, keyId: string): Promise<ApiKeyRecord | null> {
  const key = await call.deps.keys.get(keyId);
  return key !== null && canSee(call.identity, key.userId) ? key : null;
}

function shown(record: ApiKeyRecord): z.infer<typeof keyResult> {
  return {
    key_id: record.keyId,
    name: record.name,
    hint: record.hint,
    user_id: record.userId,
    roles: [...record.roles],
    plan: record.plan,
    created_at: record.createdAt,
    expires_at: record.expiresAt,
    revoked_at: record.revokedAt,
  };
}
