/** Where agents want to be told how a task goes on: checked like webhooks, sealed, each served by a workflow of its own. */
import type { Dialect } from '../../core/a2a/dialect.ts';
import { type PushConfig, pushConfigSchema, pushOwner } from '../../core/a2a/push-config.ts';
import { AppError } from '../../core/errors.ts';
import { uuidV4 } from '../../core/ids.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import type { Run } from '../../core/run.ts';
import { isoMicros } from '../../core/time.ts';
import type { Sealer } from '../../ports/sealer.ts';
import type { Call } from '../method.ts';

const MOST_PER_RUN = 10;
const KEPT_MS = 7 * 86_400_000;
const HIDDEN = '[secret]';

/** null for none. Throws `invalid_params` and `blocked_address`. */
export async function readPushConfig(
  call: Call,
  given: JsonValue | undefined,
  dialect: Dialect,
): Promise<PushConfig | null> {
  if (given === undefined || given === null) return null;
  if (!isJsonObject(given))
    throw new AppError('invalid_params', 'The push notification config must be an object');
  const { id, url, token, authentication } = given;
  const parsed = pushConfigSchema.safeParse({
    id: id === undefined || id === '' ? uuidV4() : id,
    url,
    token: token === undefined || token === '' ? null : token,
    authentication: authenticationOf(authentication),
    dialect,
  });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new AppError(
      'invalid_params',
      `push notification config: ${issue?.path.join('.')}: ${issue?.message}`,
    );
  }
  if (!/^https?:\/\//i.test(parsed.data.url) || !URL.canParse(parsed.data.url))
    throw new AppError('invalid_params', 'push notification config: url must be an http or https address');
  await call.deps.httpGuard(parsed.data.url);
  return parsed.data;
}

/** 0.3 lists schemes, of which the first counts. */
function authenticationOf(given: JsonValue | undefined): JsonValue {
  if (!isJsonObject(given)) return null;
  const { scheme, schemes, credentials } = given;
  const named = scheme ?? (Array.isArray(schemes) ? schemes[0] : undefined);
  if (typeof credentials !== 'string' || credentials === '') return null;
  return { scheme: named ?? 'Bearer', credentials };
}

/** Stores it and has the run's events posted there, from the first one. Throws `conflict` when there are too many. */
export async function keepPushConfig(call: Call, run: Run, config: PushConfig): Promise<void> {
  const { store, engine, clock } = call.deps;
  const owner = pushOwner(run.run_id);
  const kept = await store.secrets.list(owner);
  if (kept.length >= MOST_PER_RUN && !kept.some(({ name }) => name === config.id))
    throw new AppError('conflict', `A task may have at most ${MOST_PER_RUN} push notification configs`);
  await store.secrets.put({
    owner,
    name: config.id,
    sealed: sealerOf(call).seal(JSON.stringify(config), owner),
    expiresAt: isoMicros(clock.now() + KEPT_MS),
  });
  await engine.deliver(run, config.id);
}

/** By id in order, without what is secret. */
export async function pushConfigs(call: Call, run: Run): Promise<PushConfig[]> {
  const owner = pushOwner(run.run_id);
  const rows = await call.deps.store.secrets.list(owner);
  return rows.map(({ sealed }) => {
    const config = pushConfigSchema.parse(JSON.parse(sealerOf(call).open(sealed, owner)));
    return {
      ...config,
      token: config.token === null ? null : HIDDEN,
      authentication:
        config.authentication === null ? null : { ...config.authentication, credentials: HIDDEN },
    };
  });
}

/** Nothing more is posted there. Removing what is not there changes nothing. */
export async function removePushConfig(call: Call, run: Run, configId: string): Promise<void> {
  await call.deps.store.secrets.delete(pushOwner(run.run_id), configId);
}

/** As the protocol shows it. */
export function shownPushConfig(run: Run, config: PushConfig, dialect: Dialect): JsonObject {
  const { id, url, token, authentication } = config;
  const open = { id, url, ...(token === null ? {} : { token }) };
  if (dialect === '1.0')
    return { taskId: run.run_id, ...open, ...(authentication === null ? {} : { authentication }) };
  const legacy =
    authentication === null
      ? {}
      : { authentication: { schemes: [authentication.scheme], credentials: authentication.credentials } };
  return { taskId: run.run_id, pushNotificationConfig: { ...open, ...legacy } };
}

function sealerOf(call: Call): Sealer {
  const { sealer } = call.deps;
  if (sealer === undefined)
    throw new AppError('unavailable', 'Push notifications need TASKGROVE_SECRET on this server');
  return sealer;
}
