/** The title of a conversation and what can be done with it as a whole. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Conversation } from '../../../../src/core/conversation/conversation.ts';
import { conversations } from '../../data/conversations.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { Icon } from '../../ui/icon.tsx';
import { IconButton } from '../../ui/icon-button.tsx';
import { Menu } from '../../ui/menu.tsx';
import { notices } from '../../ui/notices.ts';
import { ConversationSettingsForm } from './conversation-settings-form.tsx';

export function ConversationHead({ id, facts }: { id: string; facts: Conversation | null }) {
  const cache = useQueryClient();
  const navigate = useNavigate();
  const [open, setOpen] = useState<'settings' | 'delete' | null>(null);
  const remove = useMutation({
    mutationFn: () => conversations.remove(id),
    onSuccess: async () => {
      await navigate({ to: '/conversations' });
      cache.removeQueries({ queryKey: [...conversations.key, id] });
      await cache.invalidateQueries({ queryKey: conversations.key });
      notices.tell('The conversation was deleted');
    },
  });
  return (
    <div className="flex h-14 shrink-0 items-center gap-2 border-b border-line bg-surface px-4">
      <Link
        to="/conversations"
        aria-label="All conversations"
        className="-ml-2 inline-flex size-8 items-center justify-center rounded-md text-muted hover:bg-sunken md:hidden"
      >
        <Icon name="back" />
      </Link>
      <h2 className="min-w-0 flex-1 truncate font-semibold">{facts?.title ?? 'New conversation'}</h2>
      {facts?.model != null && <span className="hidden text-xs text-muted sm:block">{facts.model}</span>}
      <Menu
        trigger={<IconButton icon="more" label="More" />}
        items={[
          {
            label: 'Settings',
            icon: 'edit',
            isDisabled: facts === null,
            onSelect: () => setOpen('settings'),
          },
          { label: 'Delete', icon: 'trash', isDanger: true, onSelect: () => setOpen('delete') },
        ]}
      />
      {open === 'settings' && facts !== null && (
        <ConversationSettingsForm facts={facts} onClose={() => setOpen(null)} />
      )}
      {open === 'delete' && (
        <Confirm
          title="Delete this conversation?"
          action="Delete"
          isBusy={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate()}
          onClose={() => setOpen(null)}
        >
          <p>Its messages, their earlier texts and a reply under way go for good.</p>
        </Confirm>
      )}
    </div>
  );
}
