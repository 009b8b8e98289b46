/** `GET /tasks/methods`: the methods by category, as existing clients read it. */
import type { AnyMethod, Category } from '../method.ts';
import { inputSchema, outputSchema } from './json-schema.ts';

const CATEGORIES: readonly Category[] = ['agent_action', 'crud', 'query', 'monitoring'];

export function methodList(table: readonly AnyMethod[]) {
  const listed = table.filter((method) => method.scope === 'tasks');
  return {
    total: listed.length,
    categories: CATEGORIES,
    methods: Object.fromEntries(
      CATEGORIES.map((category) => [
        category,
        listed.filter((method) => method.category === category).map(described),
      ]),
    ),
  };
}

function described(method: AnyMethod) {
  return {
    method: method.name,
    name: method.title,
    description: method.description,
    category: method.category,
    tags: method.tags,
    input_schema: inputSchema(method.params),
    output_schema: outputSchema(method.result),
    aliases: method.aliases ?? [],
    examples: method.examples,
  };
}
