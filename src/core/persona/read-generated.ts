/** Reads personas out of a model's text: the good ones are kept, of the others it is said what is wrong. */
import { isJsonObject } from '../json.ts';
import { parseJson } from '../llm/structured-answer.ts';
import { type PersonaFields, personaFields } from './persona.ts';
import { tooAlike } from './too-alike.ts';

const LEAST_TRAITS = 2;
const SHOWN_PROBLEMS = 12;

export interface ReadGenerated {
  /** Those that are good, `kept` not among them. */
  readonly good: readonly PersonaFields[];
  readonly problems: readonly string[];
}

/** `kept`: those of earlier answers, which the new ones must differ from. */
export function readGenerated(
  text: string,
  kept: readonly PersonaFields[],
  avoid: readonly string[],
): ReadGenerated {
  const json = parseJson(text);
  const list = isJsonObject(json) ? json['personas'] : json;
  if (!Array.isArray(list)) return { good: [], problems: ['It is no JSON object with a list "personas"'] };
  const good: PersonaFields[] = [];
  const problems: string[] = [];
  list.forEach((item, index) => {
    const parsed = personaFields.safeParse(item);
    const problem = parsed.success
      ? problemOf(parsed.data, [...kept, ...good], avoid)
      : parsed.error.issues
          .slice(0, 2)
          .map(({ path, message }) => `${path.join('.')}: ${message}`)
          .join('; ');
    if (problem !== null) problems.push(`personas.${index} ${problem}`);
    else if (parsed.success) good.push(parsed.data);
  });
  return { good, problems: problems.slice(0, SHOWN_PROBLEMS) };
}

function problemOf(
  fields: PersonaFields,
  others: readonly PersonaFields[],
  avoid: readonly string[],
): string | null {
  if (fields.behavioral_traits.length < LEAST_TRAITS)
    return `has fewer than ${LEAST_TRAITS} behavioral_traits`;
  const taken = avoid.some((name) => tooAlike(fields, nameOnly(name)) !== null);
  if (taken) return `has a name that is taken (${fields.name})`;
  return others.map((other) => tooAlike(fields, other)).find((problem) => problem !== null) ?? null;
}

function nameOnly(name: string): PersonaFields {
  return { name, occupation: '', location: '', tech_proficiency: 'Low', behavioral_traits: [] };
}
