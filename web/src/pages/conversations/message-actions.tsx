/** The small buttons below a message. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Message } from '../../../../src/core/conversation/message.ts';
import { conversations } from '../../data/conversations.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { IconButton } from '../../ui/icon-button.tsx';
import { notices } from '../../ui/notices.ts';

export function MessageActions(props: {
  message: Message;
  /** A reply is under way: nothing may be asked meanwhile. */
  isLocked: boolean;
  onEdit: () => void;
  onHistory: () => void;
}) {
  const { message, isLocked, onEdit, onHistory } = props;
  const cache = useQueryClient();
  const [isDeleting, setDeleting] = useState(false);
  const refresh = () => cache.invalidateQueries({ queryKey: conversations.key });
  const regenerate = useMutation({
    mutationFn: () => conversations.regenerate(message),
    onSuccess: refresh,
    onError: (error) => notices.tell(error.message, true),
  });
  const remove = useMutation({
    mutationFn: () => conversations.removeMessage(message),
    onSuccess: async () => {
      await refresh();
      setDeleting(false);
    },
  });
  const isUser = message.role === 'user';
  const isUnderWay = message.status === 'pending' || message.status === 'streaming';
  if (isUnderWay) return null;
  return (
    <>
      <span className="flex transition-opacity focus-within:opacity-100 group-hover:opacity-100 pointer-fine:opacity-0">
        {message.text !== '' && (
          <IconButton icon="copy" label="Copy" onClick={() => void copy(message.text)} />
        )}
        {isUser && <IconButton icon="edit" label="Edit and ask again" disabled={isLocked} onClick={onEdit} />}
        {message.role === 'assistant' && (
          <IconButton
            icon="refresh"
            label="Answer anew"
            disabled={isLocked || regenerate.isPending}
            onClick={() => regenerate.mutate()}
          />
        )}
        {message.revision > 1 && <IconButton icon="history" label="Earlier texts" onClick={onHistory} />}
        <IconButton icon="trash" label="Delete the message" onClick={() => setDeleting(true)} />
      </span>
      {isDeleting && (
        <Confirm
          title="Delete this message?"
          action="Delete"
          isBusy={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate()}
          onClose={() => setDeleting(false)}
        >
          <p>It goes for good, with its earlier texts. Later replies no longer see it.</p>
        </Confirm>
      )}
    </>
  );
}

async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    notices.tell('Copied');
  } catch {
    // Browsers refuse it on pages that are not served by https or from this machine.
    notices.tell('The browser does not allow copying here: select the text and copy it by hand', true);
  }
}
