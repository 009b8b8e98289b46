/** What a model is told when it makes up personas, and when its list must be put right. */

import type { JsonObject } from '../json.ts';
import type { ChatMessage } from '../llm/chat.ts';
import { asPromptData, DATA_RULE } from '../study/as-prompt-data.ts';
import type { GenerationRequest } from './generation-request.ts';
import { type PersonaFields, TECH_PROFICIENCIES } from './persona.ts';

export function generationMessages({ product, audience, count, avoid }: GenerationRequest): ChatMessage[] {
  const content = [
    `Make up ${count} personas: believable people who might use the product, to be asked for their opinion.`,
    'They must be distinct: no two with the same name, none with the occupation and location of another, and each acting in ways of its own.',
    'Spread age, work, place, means, abilities and skill with technology; skill must not follow from age, sex or country. No stereotypes, no celebrities, nobody real.',
    'Each has 3 to 5 behavioral_traits: concrete habits that show in how somebody tries, judges and leaves a product, a sentence part each.',
    `tech_proficiency is one of ${TECH_PROFICIENCIES.join(', ')}. All texts are single lines, name and location in their usual spelling.`,
    DATA_RULE,
    'Answer with JSON only: {"personas": [...]}.',
  ].join('\n');
  const data: JsonObject = { product, audience: audience ?? null, names_that_are_taken: [...avoid] };
  return [
    { role: 'system', content },
    { role: 'user', content: asPromptData(data) },
  ];
}

export function repairMessages(
  text: string,
  problems: readonly string[],
  kept: readonly PersonaFields[],
  missing: number,
): ChatMessage[] {
  const reasons =
    problems.length === 0 ? 'There were too few.' : `These could not be used:\n- ${problems.join('\n- ')}`;
  const names =
    kept.length === 0
      ? ''
      : `\nThese are kept, do not repeat them: ${kept.map(({ name }) => name).join(', ')}.`;
  return [
    { role: 'assistant', content: text },
    {
      role: 'user',
      content: `${reasons}${names}\nAnswer with JSON that has ${missing} new personas, distinct from each other and from those kept.`,
    },
  ];
}

const text = { type: 'string' } as const;

/** Without the bounds that providers do not know: those are checked here. */
export function generationJsonSchema(): JsonObject {
  const properties = {
    name: text,
    occupation: text,
    location: text,
    tech_proficiency: { type: 'string', enum: [...TECH_PROFICIENCIES] },
    behavioral_traits: { type: 'array', items: text },
  };
  const persona = {
    type: 'object',
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  };
  return {
    type: 'object',
    properties: { personas: { type: 'array', items: persona } },
    required: ['personas'],
    additionalProperties: false,
  };
}
