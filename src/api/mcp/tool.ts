/** A tool as agents see it, and the JSON-RPC call it stands for. */
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { JsonSchema } from '../docs/json-schema.ts';
import type { AnyMethod } from '../method.ts';

export interface McpTool {
  /** Letters, digits, `_` and `-` only: models' own rules for names are that strict. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly inputSchema: JsonSchema;
  readonly outputSchema: JsonSchema;
  readonly annotations: {
    readonly readOnlyHint: boolean;
    readonly destructiveHint: boolean;
    readonly openWorldHint: boolean;
  };
  readonly method: AnyMethod;
  /** The method's params for a call with these arguments. */
  params(given: JsonObject): JsonValue;
  /** What the tool answers for the method's result: always an object, as `outputSchema` says. */
  answer(result: JsonValue): JsonObject;
}
