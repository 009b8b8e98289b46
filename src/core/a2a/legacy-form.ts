/** The JSON form of A2A 0.3 for what is made in that of 1.0: `kind` members, states and roles in lower case. */
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';

const ENDED = new Set(['completed', 'failed', 'canceled', 'rejected', 'input-required']);

/** `TASK_STATE_INPUT_REQUIRED` is `input-required`. */
function legacyState(state: JsonValue | undefined): string {
  return String(state).replace('TASK_STATE_', '').toLowerCase().replaceAll('_', '-');
}

export function legacyTask(task: JsonObject): JsonObject {
  const { status, artifacts, history, ...rest } = task;
  return {
    kind: 'task',
    ...rest,
    status: legacyStatus(status),
    artifacts: objects(artifacts).map(withLegacyParts),
    history: objects(history).map(legacyMessage),
  };
}

/** A `StreamResponse` of 1.0 as the event itself, which 0.3 sends bare. */
export function legacyUpdate(response: JsonObject): JsonObject {
  const { task, statusUpdate, artifactUpdate } = response;
  if (isJsonObject(task)) return legacyTask(task);
  if (isJsonObject(statusUpdate)) {
    const status = legacyStatus(statusUpdate['status']);
    return { kind: 'status-update', ...statusUpdate, status, final: ENDED.has(String(status['state'])) };
  }
  const update = isJsonObject(artifactUpdate) ? artifactUpdate : {};
  const artifact = isJsonObject(update['artifact']) ? withLegacyParts(update['artifact']) : {};
  return { kind: 'artifact-update', ...update, artifact };
}

function legacyStatus(status: JsonValue | undefined): JsonObject {
  const { state, message, ...rest } = isJsonObject(status) ? status : {};
  return {
    state: legacyState(state),
    ...(isJsonObject(message) ? { message: legacyMessage(message) } : {}),
    ...rest,
  };
}

function legacyMessage(message: JsonObject): JsonObject {
  const role = message['role'] === 'ROLE_AGENT' ? 'agent' : 'user';
  return { kind: 'message', ...withLegacyParts(message), role };
}

function withLegacyParts(owner: JsonObject): JsonObject {
  return { ...owner, parts: objects(owner['parts']).map(legacyPart) };
}

function legacyPart({ text, data }: JsonObject): JsonObject {
  // Data of 0.3 is an object.
  if (data !== undefined) return { kind: 'data', data: isJsonObject(data) ? data : { result: data } };
  return { kind: 'text', text: text ?? '' };
}

function objects(list: JsonValue | undefined): JsonObject[] {
  return Array.isArray(list) ? list.filter(isJsonObject) : [];
}
