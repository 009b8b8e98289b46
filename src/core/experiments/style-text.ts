/** The two styles of an answer. They are templates: no model is asked. */
import { pythonStrip } from './python-text.ts';

const EMOJI = ['😄', '😎', '🔥', '🚀', '✨', '💡', '🥳'] as const;

/** `random`: from 0 up to, not including, 1. Any style but `playful` is answered seriously. */
export function styleText(style: string, prompt: string, timeStamp: string, random: number): string {
  if (style !== 'playful') return `[SERIOUS] ${timeStamp} :: ${prompt}\nSummary: ${pythonStrip(prompt)}.`;
  const emoji = EMOJI[Math.floor(random * EMOJI.length)] ?? EMOJI[0];
  return `[PLAYFUL] ${timeStamp} ${emoji}\n${prompt}\nHot take: That’s fun — let’s riff! ${emoji}`;
}
