/** A message: what was said, how a reply came out, and what can be done with it. */
import { useState } from 'react';
import type { Message } from '../../../../src/core/conversation/message.ts';
import { Badge } from '../../ui/badge.tsx';
import { DemoBadge } from '../../ui/demo-badge.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { ExitNote } from '../../ui/exit-note.tsx';
import { EditMessage } from './edit-message.tsx';
import { MessageActions } from './message-actions.tsx';
import { RevisionList } from './revision-list.tsx';

export function MessageView({ message, isLocked }: { message: Message; isLocked: boolean }) {
  const [open, setOpen] = useState<'edit' | 'history' | null>(null);
  const isUser = message.role === 'user';
  if (open === 'edit')
    return (
      <li>
        <EditMessage message={message} onClose={() => setOpen(null)} />
      </li>
    );
  return (
    <li className={`group flex flex-col ${isUser ? 'items-end' : 'items-start'}`}>
      <div
        className={
          isUser ? 'max-w-[85%] rounded-2xl rounded-br-md bg-accent-soft px-3.5 py-2' : 'w-full max-w-full'
        }
      >
        <span className="sr-only">{isUser ? 'You' : 'Assistant'}: </span>
        {isUser ? <Text text={message.text} /> : <Reply message={message} />}
      </div>
      <div className="mt-0.5 flex min-h-8 items-center gap-1.5">
        {message.demo_mode && <DemoBadge why={message.demo_reason} />}
        {message.status === 'stopped' && <Badge>stopped</Badge>}
        {message.model !== null && <span className="text-2xs text-muted">{message.model}</span>}
        <MessageActions
          message={message}
          isLocked={isLocked}
          onEdit={() => setOpen('edit')}
          onHistory={() => setOpen('history')}
        />
      </div>
      {open === 'history' && <RevisionList message={message} onClose={() => setOpen(null)} />}
    </li>
  );
}

function Reply({ message: { status, text, exit, error } }: { message: Message }) {
  switch (status) {
    case 'pending':
    case 'streaming':
      return text === '' ? (
        <p className="caret text-[0.9333rem] text-muted">Writing</p>
      ) : (
        <Text text={text} isGrowing />
      );
    case 'blocked':
      return exit === null ? (
        <Text text={text} />
      ) : (
        <ExitNote exit={exit} title="The safety check stopped this reply" />
      );
    case 'failed':
      return (
        <div className="space-y-2">
          {text !== '' && <Text text={text} />}
          <ErrorState error={new Error(error ?? 'The reply could not be made')} />
        </div>
      );
    default:
      return <Text text={text} />;
  }
}

function Text({ text, isGrowing = false }: { text: string; isGrowing?: boolean }) {
  return <p className={`whitespace-pre-wrap wrap-anywhere ${isGrowing ? 'caret' : ''}`}>{text}</p>;
}
