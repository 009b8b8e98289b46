/** Cuts a requirement into steps at sentences, commas and words of order. Addresses and quoted texts stay whole. */

const MOST_STEPS = 10;
/** What no cut may go through: addresses, quotations, and what follows "text:". */
const WHOLE = /https?:\/\/[^\s"'<>)]*[^\s"'<>).,;:!?]|"[^"]*"|“[^”]*”|(?<!\w)'[^']*'(?!\w)|\btext:\s.*/gis;
const ORDER = '(?:and |but )?(?:then|afterwards|after that|finally|next)';
const CUT = new RegExp(
  `\\s*(?:[;\\n]|[.!?](?=\\s|$)|,?\\s+(?=${ORDER}\\b)|,(?=\\s)|,?\\s*\\band\\b|\\s(?=before\\b))\\s*`,
  'i',
);
const STARTS_WITH_ORDER = new RegExp(`^${ORDER}\\b[\\s,:]*`, 'i');

export interface RequiredStep {
  readonly text: string;
  /** It begins with a word like "then". */
  readonly isAfterPrevious: boolean;
}

/** "First …, then …": what follows a "then" waits for what stands before it. Never empty. */
export function cutSteps(requirement: string): RequiredStep[] {
  const whole: string[] = [];
  // Private-use characters stand for what stays whole: they are in no cut and no word.
  const masked = requirement
    .replace(/[\uE000-\uF8FF]/g, ' ')
    .replace(WHOLE, (text) => String.fromCharCode(0xe000 + whole.push(text)));
  const restored = (text: string) =>
    text.replace(/[\uE001-\uF8FF]/g, (mark) => whole[mark.charCodeAt(0) - 0xe001] ?? mark);
  const steps: RequiredStep[] = [];
  for (const part of masked.split(CUT)) {
    const isAfterPrevious = STARTS_WITH_ORDER.test(part) || /^before\b/i.test(part);
    const text = restored(
      part.replace(STARTS_WITH_ORDER, '').replace(/^(?:first|before)\b[\s,:]*/i, ''),
    ).trim();
    if (!/[\p{L}\p{N}]{2,}/u.test(text)) continue;
    steps.push({ text, isAfterPrevious });
    if (steps.length === MOST_STEPS) break;
  }
  return steps.length > 0 ? steps : [{ text: requirement.trim(), isAfterPrevious: false }];
}
