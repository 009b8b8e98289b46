/** Fills `{{name.path}}` placeholders in a JSON template. Names are looked up, never evaluated. */
import { isJsonObject, type JsonObject, type JsonValue } from '../src/core/json.ts';

const WHOLE = /^\{\{\s*([\w.-]+)\s*\}\}$/;
const PART = /\{\{\s*([\w.-]+)\s*\}\}/g;

export interface FilledTemplate {
  readonly value: JsonValue;
  readonly hasPlaceholder: boolean;
}

/**
 * A text that is one placeholder becomes the value itself, whatever its type; inside a longer text it becomes text
 * (JSON for objects and lists). Only names that `values` has are placeholders; a path that leads nowhere gives null.
 */
export function fillTemplate(template: JsonValue, values: JsonObject): FilledTemplate {
  let hasPlaceholder = false;
  const look = (path: string): JsonValue | undefined => {
    const [name, ...rest] = path.split('.');
    if (name === undefined || !Object.hasOwn(values, name)) return undefined;
    hasPlaceholder = true;
    return rest.reduce<JsonValue>(member, values[name] ?? null);
  };
  const fill = (node: JsonValue): JsonValue => {
    if (typeof node === 'string') {
      const whole = WHOLE.exec(node)?.[1];
      if (whole !== undefined) return look(whole) ?? (hasOwnName(values, whole) ? null : node);
      return node.replace(PART, (placeholder, path: string) => {
        const value = look(path);
        return value === undefined ? placeholder : asText(value);
      });
    }
    if (Array.isArray(node)) return node.map(fill);
    if (!isJsonObject(node)) return node;
    return Object.fromEntries(Object.entries(node).map(([key, entry]) => [key, fill(entry)]));
  };
  const value = fill(template);
  return { value, hasPlaceholder };
}

function hasOwnName(values: JsonObject, path: string): boolean {
  return Object.hasOwn(values, path.split('.')[0] ?? '');
}

function member(node: JsonValue, key: string): JsonValue {
  if (Array.isArray(node)) return node[Number(key)] ?? null;
  return isJsonObject(node) && Object.hasOwn(node, key) ? (node[key] ?? null) : null;
}

function asText(value: JsonValue): string {
  if (value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
