/** One conversation: its messages, the reply as it is written, and where one writes. */
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { Message } from '../../../../src/core/conversation/message.ts';
import { conversations } from '../../data/conversations.ts';
import { liveText } from '../../data/live-text.ts';
import { useLiveConversation } from '../../data/use-live-conversation.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { notices } from '../../ui/notices.ts';
import { Skeleton } from '../../ui/skeleton.tsx';
import { Composer } from './composer.tsx';
import { ConversationHead } from './conversation-head.tsx';
import { MessageView } from './message-view.tsx';
import { TwoPanes } from './two-panes.tsx';
import { useStickToEnd } from './use-stick-to-end.ts';

const route = getRouteApi('/conversations/$conversationId');

export function ConversationPage() {
  const { conversationId } = route.useParams();
  // Another conversation starts from nothing: no text, scroll or open form of the one before.
  return <Thread key={conversationId} id={conversationId} />;
}

function Thread({ id }: { id: string }) {
  const facts = useQuery(conversations.one(id));
  const pages = useInfiniteQuery(conversations.messages(id));
  const pieces = useLiveConversation(id);
  const messages = (pages.data?.pages ?? [])
    .flatMap((page) => page.messages)
    .sort((a, b) => a.position - b.position)
    .map((message) => ({ ...message, text: liveText(message.text, pieces[message.message_id]) }));
  const isActive = messages.some(isUnderWay);
  const { say, stop } = useThreadActions(id);
  const end = useStickToEnd(messages.at(-1)?.text.length ?? 0, messages.length);
  const title = facts.data?.title ?? 'New conversation';
  const problem = facts.error ?? pages.error;
  return (
    <TwoPanes current={id} title={title}>
      <ConversationHead id={id} facts={facts.data ?? null} />
      <div ref={end.box} className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto max-w-3xl px-4 py-5">
          {problem !== null && <ErrorState error={problem} onRetry={() => void pages.refetch()} />}
          {pages.isPending && problem === null && <Skeleton lines={6} />}
          {pages.hasNextPage && (
            <div className="mb-4 text-center">
              <Button
                size="small"
                isBusy={pages.isFetchingNextPage}
                onClick={() => void pages.fetchNextPage()}
              >
                Earlier messages
              </Button>
            </div>
          )}
          <ol aria-label="Messages" className="space-y-2">
            {messages.map((message) => (
              <MessageView key={message.message_id} message={message} isLocked={isActive} />
            ))}
          </ol>
          {messages.length === 0 && pages.isSuccess && (
            <p className="py-10 text-center text-[0.9333rem] text-muted">Nothing was said yet.</p>
          )}
        </div>
      </div>
      {say.isError && (
        <div className="mx-auto w-full max-w-3xl px-4 pb-3">
          <ErrorState error={say.error} />
        </div>
      )}
      <Composer
        isBusy={say.isPending}
        onSend={(text) => say.mutateAsync(text)}
        onStop={isActive ? () => stop.mutate() : undefined}
      />
    </TwoPanes>
  );
}

function isUnderWay({ status }: Message): boolean {
  return status === 'pending' || status === 'streaming';
}

function useThreadActions(id: string) {
  const cache = useQueryClient();
  const refresh = () => cache.invalidateQueries({ queryKey: conversations.key });
  const say = useMutation({ mutationFn: (text: string) => conversations.say(id, text), onSuccess: refresh });
  const stop = useMutation({
    mutationFn: () => conversations.stop(id),
    onSuccess: refresh,
    onError: (error) => notices.tell(error.message, true),
  });
  return { say, stop };
}
