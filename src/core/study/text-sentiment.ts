/** How somebody feels, from the words: enough to sum up what personas say when no model does it. */
import type { SENTIMENTS } from './feedback-report.ts';

export type Sentiment = (typeof SENTIMENTS)[number];

const GOOD =
  /\b((?<!\b(?:sounds?|looks?|feels?|something|people|somebody|promises) )like|love|great|good|gladly|useful|helps?|easier|better|save[sd]?|saves|worth it|perfect|happy|excited|glad|enjoy|impressed|simple|at once|would use it|works for me|makes sense|convinced|agree)\b/gi;
const BAD =
  /\b(worried|worry|afraid|fear|annoyed|annoying|bad|useless|uneasy|confused|confusing|complicated|problem|cannot|not trust|distrust|doubt|hate|waste|expensive|hacked|locked out|wrong|no time|not sure|not convinced|not enough|not rely|do not see|would not|will not|stuck|slow|frustrat\w+|disagree|risky?|concern(?:s|ed)?|miss)\b/gi;
/** "not good" is no praise. */
const TURNED =
  /\b(?:not|no|never|don't|doesn't|isn't|won't|can't)\s+(?:\w+\s+)?(like|love|great|good|useful|help|easier|better|worth it|happy|simple|makes sense|convinced|agree)\b/gi;

/** Above 0: for it. The length does not count, only how often. */
export function sentimentScore(text: string): number {
  const turned = count(text, TURNED);
  return count(text, GOOD) - turned - count(text, BAD) - turned;
}

export function sentimentOf(text: string): Sentiment {
  const good = count(text, GOOD) - count(text, TURNED);
  const bad = count(text, BAD) + count(text, TURNED);
  if (good <= 0 && bad === 0) return 'neutral';
  if (bad === 0 || good >= bad * 2) return 'positive';
  return good <= 0 || bad >= good * 2 ? 'negative' : 'mixed';
}

function count(text: string, words: RegExp): number {
  return text.match(words)?.length ?? 0;
}
