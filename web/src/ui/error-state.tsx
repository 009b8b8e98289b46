/** What went wrong, and the way to try again. */
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';

export function ErrorState({ error, onRetry }: { error: Error; onRetry?: (() => void) | undefined }) {
  return (
    <div
      role="alert"
      className="flex items-start gap-3 rounded-lg border border-danger/30 bg-danger-soft px-3.5 py-3 text-[0.9333rem]"
    >
      <Icon name="warning" className="mt-0.5 size-4.5 text-danger" />
      <p className="min-w-0 flex-1 text-ink wrap-anywhere">{error.message}</p>
      {onRetry !== undefined && (
        <Button size="small" icon="refresh" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}
