/** The conversations, the newest first. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { conversations } from '../../data/conversations.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';

export function ConversationList({ current }: { current: string | null }) {
  const list = useInfiniteQuery(conversations.list);
  if (list.isError)
    return (
      <div className="p-3">
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      </div>
    );
  if (list.data === undefined)
    return (
      <div className="p-4">
        <Skeleton lines={6} />
      </div>
    );
  const rows = list.data.pages.flatMap((page) => page.conversations);
  if (rows.length === 0)
    return (
      <EmptyState icon="chat" title="None yet">
        Only you see yours. Deleting one leaves nothing of it.
      </EmptyState>
    );
  return (
    <>
      <ul className="p-2">
        {rows.map(({ conversation_id: conversationId, title, updated_at: at, message_count: count }) => (
          <li key={conversationId}>
            <Link
              to="/conversations/$conversationId"
              params={{ conversationId }}
              aria-current={conversationId === current ? 'page' : undefined}
              className="block rounded-md px-2.5 py-2 hover:bg-sunken aria-[current=page]:bg-accent-soft"
            >
              <span className="block truncate text-[0.9333rem]">{title ?? 'New conversation'}</span>
              <span className="tnum flex gap-1.5 text-xs text-muted">
                <Moment at={at} />· {count} {count === 1 ? 'message' : 'messages'}
              </span>
            </Link>
          </li>
        ))}
      </ul>
      {list.hasNextPage && (
        <div className="px-4 pb-4">
          <Button
            size="small"
            className="w-full"
            isBusy={list.isFetchingNextPage}
            onClick={() => void list.fetchNextPage()}
          >
            Earlier ones
          </Button>
        </div>
      )}
    </>
  );
}
