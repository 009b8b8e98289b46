/** Another text for what one has said; the reply is then made anew. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Message } from '../../../../src/core/conversation/message.ts';
import { conversations } from '../../data/conversations.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorState } from '../../ui/error-state.tsx';

export function EditMessage({ message, onClose }: { message: Message; onClose: () => void }) {
  const cache = useQueryClient();
  const [text, setText] = useState(message.text);
  const save = useMutation({
    mutationFn: () => conversations.edit(message, text),
    onSuccess: async () => {
      await cache.invalidateQueries({ queryKey: conversations.key });
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form onSubmit={submit} className="space-y-2 rounded-xl border border-line bg-surface p-3">
      <textarea
        aria-label="What you said"
        className="control"
        rows={4}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <div className="flex justify-end gap-2">
        <Button size="small" onClick={onClose}>
          Cancel
        </Button>
        <Button
          size="small"
          type="submit"
          look="primary"
          isBusy={save.isPending}
          disabled={text.trim() === '' || text === message.text}
        >
          Save and ask again
        </Button>
      </div>
      {save.isError && <ErrorState error={save.error} />}
    </form>
  );
}
