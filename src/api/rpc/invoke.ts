/** A method called by the server's other protocols: through the dispatcher, so that no check and no limit is passed by. */
import type { JsonValue } from '../../core/json.ts';
import { StreamAnswer } from '../events/stream-answer.ts';
import type { Call } from '../method.ts';
import { METHOD_TABLE, scopeOf } from '../method-table.ts';
import { dispatch, type RpcScope } from './dispatch.ts';

const scopes: Readonly<Record<'tasks' | 'system', RpcScope>> = {
  tasks: scopeOf('tasks', METHOD_TABLE),
  system: scopeOf('system', METHOD_TABLE),
};

export interface Invocation {
  readonly call: Call;
  /** Bytes of the request's body. */
  readonly size: number;
}

/** The method's result, or the stream it answers with. Throws the method's AppError. */
export async function invoke(
  { call, size }: Invocation,
  name: string,
  params: JsonValue,
): Promise<JsonValue | StreamAnswer> {
  const scope = scopes.tasks.methods.has(name) ? scopes.tasks : scopes.system;
  const body = { jsonrpc: '2.0', id: 1, method: name, params };
  const outcome = await dispatch(scope, { body, size, call });
  if (outcome.kind === 'stream') return outcome.stream;
  if (outcome.kind === 'work') throw new Error(`${name} was not asked to stream its work`);
  if (outcome.kind === 'nothing') return null;
  if (outcome.error !== null) throw outcome.error;
  return (outcome.body as { result: JsonValue }).result;
}

/** As above, for methods that answer with a value. */
export async function invokeValue(
  invocation: Invocation,
  name: string,
  params: JsonValue,
): Promise<JsonValue> {
  const value = await invoke(invocation, name, params);
  if (value instanceof StreamAnswer) throw new Error(`${name} was not asked to stream`);
  return value;
}
