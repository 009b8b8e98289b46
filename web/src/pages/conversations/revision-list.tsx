/** All texts a message has had, the newest first. */
import { useQuery } from '@tanstack/react-query';
import type { Message } from '../../../../src/core/conversation/message.ts';
import { conversations } from '../../data/conversations.ts';
import { Badge } from '../../ui/badge.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Modal } from '../../ui/modal.tsx';
import { Moment } from '../../ui/moment.tsx';

export function RevisionList({ message, onClose }: { message: Message; onClose: () => void }) {
  const revisions = useQuery(conversations.revisions(message));
  return (
    <Modal title="Earlier texts" isWide onClose={onClose}>
      <Loaded query={revisions}>
        {(data) => (
          <ol className="space-y-4">
            {data.revisions.map(({ revision, text, created_at: at, is_current: isCurrent }) => (
              <li key={revision}>
                <p className="mb-1 flex items-center gap-2 text-xs text-muted">
                  <span className="tnum">Text {revision}</span>
                  <Moment at={at} />
                  {isCurrent && <Badge tone="good">now</Badge>}
                </p>
                <p className="rounded-lg bg-sunken px-3 py-2 text-[0.9333rem] whitespace-pre-wrap wrap-anywhere">
                  {text === '' ? 'Empty' : text}
                </p>
              </li>
            ))}
          </ol>
        )}
      </Loaded>
    </Modal>
  );
}
