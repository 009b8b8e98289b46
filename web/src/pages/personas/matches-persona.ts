/** Whether a persona is among those one looks for. */
import type { Persona } from '../../../../src/core/persona/persona.ts';

/** Every word must stand somewhere; case and forms of letters do not matter. */
export function matchesPersona(
  persona: Persona,
  words: string,
  show: 'all' | 'own' | 'shipped' = 'all',
): boolean {
  if (show !== 'all' && persona.is_shipped !== (show === 'shipped')) return false;
  const { name, occupation, location, tech_proficiency: level, behavioral_traits: traits } = persona;
  const text = normal([name, occupation, location, level, ...traits].join('\n'));
  return normal(words)
    .split(/\s+/)
    .every((word) => text.includes(word));
}

function normal(text: string): string {
  return text.normalize('NFKC').toLowerCase().trim();
}
