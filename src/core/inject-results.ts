/** Puts the results of a task's dependencies into the inputs of its run. The stored inputs stay as they are. */
import { isJsonObject, type JsonObject, type JsonValue } from './json.ts';

export interface InjectedDependency {
  readonly id: string;
  /** null when it has none: an optional dependency that failed injects nothing. */
  readonly result: JsonValue | null;
  /** Top-level property names of the dependency's output schema. */
  readonly outputProperties: readonly string[];
}

export interface InjectResultsOptions {
  readonly storedInputs: JsonObject;
  /** In dependency order: the later one wins a clash. */
  readonly dependencies: readonly InjectedDependency[];
  /** Top-level property names of the task's own input schema. */
  readonly inputProperties: readonly string[];
  /** Aggregating executors want every result under its task's id. */
  readonly isAggregate: boolean;
}

/**
 * The run's inputs. A result (`result.result` where present) goes under `inputs[<dependency id>]`, except when the
 * dependency's only output is `result` and the task does not aggregate: then its members fill the input fields of the
 * same name, or are merged when none match. A bare value fills `content`, or becomes a user message of `messages`.
 */
export function injectResults(options: InjectResultsOptions): JsonObject {
  // A Map and Object.fromEntries: a member called `__proto__` is then data like any other.
  const inputs = new Map(Object.entries(options.storedInputs));
  for (const dependency of options.dependencies) {
    if (dependency.result === null) continue;
    const value = unwrap(dependency.result);
    const spreads =
      !options.isAggregate &&
      dependency.outputProperties.length === 1 &&
      dependency.outputProperties[0] === 'result';
    if (!spreads || !spread(inputs, value, options.inputProperties)) inputs.set(dependency.id, value);
  }
  return Object.fromEntries(inputs);
}

function unwrap(result: JsonValue): JsonValue {
  if (!isJsonObject(result) || !Object.hasOwn(result, 'result')) return result;
  return result['result'] ?? null;
}

/** Returns false when the value has no place among the fields. */
function spread(
  inputs: Map<string, JsonValue>,
  value: JsonValue,
  inputProperties: readonly string[],
): boolean {
  if (isJsonObject(value)) {
    const matching = inputProperties.filter((name) => Object.hasOwn(value, name));
    if (matching.length === 0 && typeof value['content'] === 'string')
      if (fillMessages(inputs, value['content'], inputProperties)) return true;
    const names = matching.length > 0 ? matching : Object.keys(value);
    for (const name of names) inputs.set(name, value[name] ?? null);
    return true;
  }
  if (inputProperties.includes('content')) {
    inputs.set('content', value);
    return true;
  }
  if (Array.isArray(value) && inputProperties.includes('messages')) {
    inputs.set('messages', value);
    return true;
  }
  return typeof value === 'string' && fillMessages(inputs, value, inputProperties);
}

/** Appends to the messages at hand, so that the task's own prompt is not lost. */
function fillMessages(
  inputs: Map<string, JsonValue>,
  content: string,
  inputProperties: readonly string[],
): boolean {
  if (!inputProperties.includes('messages')) return false;
  const given = inputs.get('messages');
  inputs.set('messages', [...(Array.isArray(given) ? given : []), { role: 'user', content }]);
  return true;
}
