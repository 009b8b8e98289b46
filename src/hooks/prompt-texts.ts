/**
 * What a task lets others say to its model: the texts of its inputs without those that its author gives the model as
 * orders (system prompts, roles) and without settings. Results of dependencies are among them: they come from anywhere.
 */
import type { JsonObject, JsonValue } from '../core/json.ts';

const ORDERS = new Set([
  'system',
  'system_prompt',
  'instructions',
  'role',
  'backstory',
  'goal',
  'tools',
  'json_schema',
  'response_format',
  'schema',
  'model',
  'provider',
  'base_url',
]);
const MOST_DEPTH = 12;

export function promptTexts(inputs: JsonObject): string {
  const texts: string[] = [];
  gather(inputs, texts, 0);
  return texts.join('\n');
}

function gather(value: JsonValue, texts: string[], depth: number): void {
  if (typeof value === 'string') texts.push(value);
  if (typeof value !== 'object' || value === null || depth > MOST_DEPTH) return;
  if (Array.isArray(value)) {
    for (const item of value) gather(item, texts, depth + 1);
    return;
  }
  if (value['role'] === 'system' || value['role'] === 'developer') return;
  for (const [name, member] of Object.entries(value)) {
    if (!ORDERS.has(name)) gather(member, texts, depth + 1);
  }
}
