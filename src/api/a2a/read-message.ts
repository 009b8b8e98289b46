/** What a message asks for: parts and configuration in the forms of 1.0 and of 0.3, which differ little. */
import { AppError } from '../../core/errors.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import { A2A_CODES, A2aError } from './a2a-error.ts';

export interface ReadMessage {
  /** The run it answers to; null: it begins one. */
  readonly taskId: string | null;
  readonly contextId: string | null;
  /** All text parts, joined. */
  readonly text: string;
  /** Data parts in order. */
  readonly data: readonly JsonObject[];
  /** Of the request and of the message; the message's wins. */
  readonly metadata: JsonObject;
  readonly configuration: JsonObject;
  /** What may be kept of it: words, and how many parts were data (those can hold secrets). */
  readonly kept: JsonObject;
}

const MOST_KEPT_CHARACTERS = 4_096;

/** Throws `invalid_params`, and the protocol's own error for parts that are files. */
export function readMessage(params: JsonObject): ReadMessage {
  const { message } = params;
  if (!isJsonObject(message)) throw new AppError('invalid_params', "'message' must be an object");
  const parts = message['parts'];
  if (!Array.isArray(parts) || !parts.every(isJsonObject))
    throw new AppError('invalid_params', "'message.parts' must be a list of objects");
  const messageId = textOf(message['messageId']);
  if (messageId === null) throw new AppError('invalid_params', "'message.messageId' is required");
  if (parts.some((part) => ['file', 'raw', 'url'].some((kind) => part[kind] !== undefined)))
    throw new A2aError(A2A_CODES.contentTypeNotSupported, 'Files are not taken: send text or data parts');
  const text = parts.flatMap((part) => textOf(part['text']) ?? []).join('\n');
  const data = parts.flatMap((part) => (isJsonObject(part['data']) ? [part['data']] : []));
  return {
    taskId: textOf(message['taskId']),
    contextId: contextIdOf(message['contextId']),
    text,
    data,
    metadata: { ...objectOf(params['metadata']), ...objectOf(message['metadata']) },
    configuration: objectOf(params['configuration']),
    kept: {
      messageId: messageId.slice(0, 200),
      role: 'ROLE_USER',
      parts: [
        ...(text === '' ? [] : [{ text: text.slice(0, MOST_KEPT_CHARACTERS), mediaType: 'text/plain' }]),
        ...(data.length === 0 ? [] : [{ data: { data_parts: data.length }, mediaType: 'application/json' }]),
      ],
    },
  };
}

/** The tree in data parts or metadata: `{tasks: […]}`, or each part a task. [] when there is none. */
export function tasksIn({ data, metadata }: ReadMessage): JsonValue[] {
  for (const holder of [...data, metadata]) if (Array.isArray(holder['tasks'])) return holder['tasks'];
  return [...data];
}

export function objectOf(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

export function textOf(value: JsonValue | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function contextIdOf(value: JsonValue | undefined): string | null {
  const contextId = textOf(value);
  if (contextId !== null && contextId.length > 200)
    throw new AppError('invalid_params', "'contextId' may have at most 200 characters");
  return contextId;
}
