/** What a check came to: the exit or none, the marked text, the findings. */
import type { UseQueryResult } from '@tanstack/react-query';
import type { Finding } from '../../../../src/core/safety/finding.ts';
import type { SafetyReport } from '../../../../src/core/safety/safety-check.ts';
import { Card } from '../../ui/card.tsx';
import { ExitNote } from '../../ui/exit-note.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { FindingsTable } from './findings-table.tsx';
import { MarkedText } from './marked-text.tsx';

export function CheckResult(props: {
  query: UseQueryResult<SafetyReport, Error>;
  text: string;
  pointed: Finding | null;
  onPoint: (finding: Finding | null) => void;
}) {
  const { query, text, pointed, onPoint } = props;
  // Of an older text: its spans would mark the wrong words.
  const isOlder = query.isPlaceholderData;
  return (
    <Card
      title="Result"
      note={query.data === undefined ? undefined : `${query.data.elapsed_ms.toFixed(2)} ms`}
    >
      <div aria-live="polite" className={`space-y-4 ${isOlder ? 'opacity-60' : ''}`}>
        <Loaded query={query} lines={4}>
          {({ exit, findings }) => (
            <>
              {exit === null ? (
                <p className="flex items-center gap-2.5 rounded-lg bg-accent-soft px-3.5 py-2.5 font-medium text-accent-ink">
                  <Icon name="check" className="size-4.5" />
                  Would go through
                </p>
              ) : (
                <ExitNote exit={exit} />
              )}
              <MarkedText text={text} findings={isOlder ? [] : findings} pointed={pointed} />
              {findings.length > 0 && <FindingsTable findings={findings} onPoint={onPoint} />}
            </>
          )}
        </Loaded>
      </div>
    </Card>
  );
}
