/** The frame of the conversations: their list beside the one that is open. Narrow screens show the list, with the place
 * to write below it, or the open one. */
import { Link } from '@tanstack/react-router';
import { type ReactNode, useEffect } from 'react';
import { buttonClass } from '../../ui/button-class.ts';
import { Icon } from '../../ui/icon.tsx';
import { ConversationList } from './conversation-list.tsx';

export function TwoPanes(props: {
  /** Id of the open one; null: none. */
  current: string | null;
  title: string;
  children: ReactNode;
}) {
  const { current, title, children } = props;
  useEffect(() => {
    document.title = `${title} · Taskgrove`;
  }, [title]);
  return (
    <div className="flex h-[calc(100dvh-3.25rem)] flex-col sm:h-dvh md:flex-row">
      <section
        aria-label="Your conversations"
        className={`min-h-0 w-full flex-1 flex-col border-line bg-surface md:flex md:w-72 md:flex-none md:border-r ${current === null ? 'flex' : 'hidden'}`}
      >
        <div className="flex h-14 items-center justify-between gap-2 border-b border-line px-4">
          <h1 className="font-semibold">Conversations</h1>
          <Link
            to="/conversations"
            className={`${buttonClass('secondary', 'small')} max-md:hidden`}
            aria-label="New conversation"
          >
            <Icon name="plus" />
            New
          </Link>
        </div>
        <div className="min-h-0 flex-1 overflow-y-auto">
          <ConversationList current={current} />
        </div>
      </section>
      <div className={`flex min-h-0 min-w-0 flex-col ${current === null ? 'md:flex-1' : 'flex-1'}`}>
        {children}
      </div>
    </div>
  );
}
