/** What is answered when no model is: at once, and always the same for a prompt. */
import { pythonStrip } from '../../core/experiments/python-text.ts';

const SHOWN_CHARACTERS = 80;

export function fallbackText(prompt: string): string {
  const said = pythonStrip(prompt);
  if (said === '') return '[FALLBACK] I’m here and responsive. Try again in a moment.';
  const shown = [...said].slice(0, SHOWN_CHARACTERS).join('').replaceAll('\n', ' ');
  return `[FALLBACK] Quick tip: stay consistent. (You said: “${shown}…”)`;
}
