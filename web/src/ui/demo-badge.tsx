/** Marks what no model has written. */
import { Badge } from './badge.tsx';

export function DemoBadge({ why }: { why?: string | null | undefined }) {
  return (
    <Badge tone="warn">
      <abbr title={why ?? 'A canned answer: no model was asked'} className="no-underline">
        Demo
      </abbr>
    </Badge>
  );
}
