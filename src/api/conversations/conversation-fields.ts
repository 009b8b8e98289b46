/** What a client may say of a conversation, checked and made fit to be stored. */
import { z } from 'zod';
import { cleanText } from '../../core/conversation/clean-text.ts';
import type { ConversationFields } from '../../core/conversation/conversation.ts';
import { AppError } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';

const MOST_TITLE = 200;
const MOST_PROMPT = 16_000;
const MOST_MODEL = 200;
const MOST_METADATA_BYTES = 16_384;

export const fieldParams = {
  title: z
    .string()
    .nullish()
    .describe(`At most ${MOST_TITLE} characters; left out: the beginning of what is said`),
  system_prompt: z
    .string()
    .nullish()
    .describe(`What the model is told before all else; at most ${MOST_PROMPT} characters`),
  model: z.string().nullish().describe('Whom to ask, like gpt-4o-mini or anthropic/claude-haiku-4-5'),
  metadata: z
    .record(z.string(), z.json())
    .nullish()
    .describe(`Whatever you want to keep with it; at most ${MOST_METADATA_BYTES} bytes of JSON`),
};

export interface GivenFields {
  readonly title?: string | null | undefined;
  readonly system_prompt?: string | null | undefined;
  readonly model?: string | null | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | null | undefined;
}

/** What is left out or null has its default. */
export function allFields(given: GivenFields): ConversationFields {
  return {
    title: textOf('title', given.title, MOST_TITLE),
    system_prompt: textOf('system_prompt', given.system_prompt, MOST_PROMPT),
    model: textOf('model', given.model, MOST_MODEL),
    metadata: metadataOf(given.metadata),
  };
}

/** Only what is given; null empties it. */
export function givenFields(given: GivenFields): Partial<ConversationFields> {
  const all = allFields(given);
  const names = (Object.keys(all) as (keyof ConversationFields)[]).filter(
    (name) => given[name] !== undefined,
  );
  return Object.fromEntries(names.map((name) => [name, all[name]]));
}

/** A text of blanks says nothing. */
function textOf(field: string, text: string | null | undefined, most: number): string | null {
  if (text === null || text === undefined) return null;
  const clean = cleanText(field, text, most);
  return clean.trim() === '' ? null : clean;
}

function metadataOf(given: GivenFields['metadata']): JsonObject {
  const metadata = (given ?? {}) as JsonObject;
  const bytes = Buffer.byteLength(JSON.stringify(metadata));
  if (bytes > MOST_METADATA_BYTES)
    throw new AppError(
      'invalid_params',
      `metadata may have at most ${MOST_METADATA_BYTES} bytes of JSON, this one has ${bytes}`,
      { details: { field: 'metadata' } },
    );
  return metadata;
}
