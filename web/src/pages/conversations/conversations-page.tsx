/** The conversations at the side, and a place to begin one. On a phone: the list alone. */

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { conversations } from '../../data/conversations.ts';
import { ErrorState } from '../../ui/error-state.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Composer } from './composer.tsx';
import { TwoPanes } from './two-panes.tsx';

export function ConversationsPage() {
  const cache = useQueryClient();
  const navigate = useNavigate();
  const begin = useMutation({
    mutationFn: async (text: string) => {
      const { conversation_id: id } = await conversations.create();
      await conversations.say(id, text);
      return id;
    },
    onSuccess: async (conversationId) => {
      void cache.invalidateQueries({ queryKey: conversations.key });
      await navigate({ to: '/conversations/$conversationId', params: { conversationId } });
    },
  });
  return (
    <TwoPanes current={null} title="Conversations">
      <div className="hidden min-h-0 flex-1 flex-col items-center justify-center p-6 text-center md:flex">
        <span className="mb-3 flex size-11 items-center justify-center rounded-full bg-accent-soft text-accent-ink">
          <Icon name="chat" className="size-5" />
        </span>
        <h2 className="text-[1.1rem] font-semibold">Ask the assistant</h2>
        <p className="mt-1 max-w-sm text-[0.9333rem] text-muted">
          The answer arrives as it is written. You can stop it, have it made anew, and change what you asked.
        </p>
      </div>
      {begin.isError && (
        <div className="mx-auto w-full max-w-3xl px-4 pb-3">
          <ErrorState error={begin.error} />
        </div>
      )}
      <Composer isBusy={begin.isPending} onSend={(text) => begin.mutateAsync(text)} />
    </TwoPanes>
  );
}
