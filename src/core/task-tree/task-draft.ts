/** A planned task in the words of `tasks.create`. */
import type { JsonObject, JsonValue } from '../json.ts';
import type { Task } from '../task.ts';

/** The task as a client would post it. */
export function taskDraft(task: Task): JsonObject {
  const { id, name, user_id, parent_id, priority, dependencies, inputs, params: settings, schemas } = task;
  const links = dependencies as JsonValue[];
  return { id, name, user_id, parent_id, priority, dependencies: links, inputs, params: settings, schemas };
}
