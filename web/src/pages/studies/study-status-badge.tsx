/** How a study stands, in one word. */
import type { StudyStatus } from '../../../../src/core/study/study.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { Spinner } from '../../ui/spinner.tsx';

const LOOKS: Readonly<Record<StudyStatus, readonly [Tone, string]>> = {
  in_progress: ['info', 'running'],
  completed: ['good', 'completed'],
  blocked: ['bad', 'blocked'],
  failed: ['bad', 'failed'],
  cancelled: ['neutral', 'cancelled'],
};

export function StudyStatusBadge({ status }: { status: StudyStatus }) {
  const [tone, word] = LOOKS[status];
  return (
    <Badge tone={tone}>
      {status === 'in_progress' && <Spinner className="size-3" />}
      {word}
    </Badge>
  );
}
