/** Large results stay in the store: lists, trees and events show a reference with a preview instead. */
import type { JsonValue } from './json.ts';

/** Above this many bytes of JSON a result is shown by reference. */
export const REFERENCE_BYTES = 64 * 1024;
/** The largest result a task may have. */
export const MAX_RESULT_BYTES = 8 * 1024 * 1024;
export const PREVIEW_CHARS = 2_048;
/** Stands for the run in a reference to a result that was set by hand: the task itself holds it. */
export const NO_RUN = '-';

/** `ref` is `<run>/<task>`, answered whole by `GET /runs/<run>/tasks/<task>/result`. `text` is the result's JSON; a small one comes back as it is. */
export function shownResult(
  runId: string | null,
  taskId: string,
  result: JsonValue,
  text?: string,
): JsonValue {
  const json = text ?? JSON.stringify(result);
  if (json.length <= REFERENCE_BYTES) return result;
  return { ref: `${runId ?? NO_RUN}/${taskId}`, size: json.length, preview: json.slice(0, PREVIEW_CHARS) };
}
