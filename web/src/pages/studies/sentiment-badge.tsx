/** How somebody feels about it, in one word. */
import type { FeedbackReport } from '../../../../src/core/study/feedback-report.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';

type Sentiment = FeedbackReport['themes'][number]['sentiment'];

const TONES: Readonly<Record<Sentiment, Tone>> = {
  positive: 'good',
  mixed: 'warn',
  neutral: 'neutral',
  negative: 'bad',
};

export function SentimentBadge({ sentiment }: { sentiment: Sentiment }) {
  return <Badge tone={TONES[sentiment]}>{sentiment}</Badge>;
}
