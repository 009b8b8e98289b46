/** `tasks.update` where secrets are concerned: new ones are sealed, `[secret]` keeps, and none moves to another executor. */
import type { JsonObject } from '../../core/json.ts';
import { sealedIn } from '../../core/secrets/sealed-in.ts';
import { isSealed } from '../../core/secrets/secret-field.ts';
import { executorIdOf, type TaskRecord } from '../../core/task.ts';
import { updateFailure } from '../../core/task-tree/check-update.ts';
import type { FieldPatch } from '../../core/task-tree/read-patch.ts';
import type { ApiDeps } from '../api-deps.ts';
import { sealTask } from './seal-tasks.ts';
import { secretFieldsOf } from './secret-fields-of.ts';

type SealDeps = Pick<ApiDeps, 'registry' | 'inputSecrets'>;

/** Throws `invalid_params` naming the field. */
export function sealUpdate(deps: SealDeps, task: TaskRecord, patch: FieldPatch): FieldPatch {
  const { inputs = task.stored_inputs, params = task.params, schemas = task.schemas } = patch;
  if (inputs === task.stored_inputs && params === task.params && schemas === task.schemas) return patch;
  const sealed = sealTask(deps, { ...task, inputs, stored_inputs: inputs, params, schemas }, task);
  refuseStrays(deps, task, sealed);
  return {
    ...patch,
    ...(sealed.inputs === task.stored_inputs ? {} : { inputs: sealed.inputs }),
    ...(sealed.params === task.params ? {} : { params: sealed.params }),
  };
}

/** What was secret to one executor is nothing another one may read. */
function refuseStrays(deps: SealDeps, before: TaskRecord, after: TaskRecord): void {
  if (secretFieldsOf(deps.registry, before) === null) return;
  const secrets = secretFieldsOf(deps.registry, after);
  for (const field of ['inputs', 'params'] as const) {
    const own = new Set((secrets?.find(after[field]) ?? []).map(({ value }) => value).filter(isSealed));
    const strays = [...sealedIn(after[field])].filter((sealed) => !own.has(sealed));
    if (strays.length > 0) throw updateFailure([`Cannot update '${field}': ${moved(after, field, strays)}`]);
  }
}

function moved(after: TaskRecord, field: 'inputs' | 'params', strays: readonly string[]): string {
  const names = strays.map((stray) => pathOf(after[field], stray) ?? field).join(', ');
  return `${names} is secret, and ${executorIdOf(after) ?? 'a task without an executor'} keeps no secret there; give ${field} without it`;
}

function pathOf(value: JsonObject, sealed: string): string | null {
  for (const [name, member] of Object.entries(value)) {
    if (member === sealed) return name;
    const inner = typeof member === 'object' && member !== null ? pathOf(member as JsonObject, sealed) : null;
    if (inner !== null) return `${name}.${inner}`;
  }
  return null;
}
