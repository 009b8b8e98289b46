/** Who one is here, and the way to be somebody else: an API key instead of the guest's session. */
import { type FormEvent, useState } from 'react';
import { apiKey } from '../../data/api-key.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { Modal } from '../../ui/modal.tsx';

const FORM_ID = 'api-key';

/** `userId` is null until it is known, and with a key that nobody has. */
export function IdentityLine({ userId }: { userId: string | null }) {
  const [isOpen, setOpen] = useState(false);
  const hasKey = apiKey.current() !== null;
  return (
    <div className="mt-3.5 flex items-center gap-2 border-t border-line pt-3">
      <p className="min-w-0 flex-1 truncate text-xs text-muted" title={userId ?? undefined}>
        {userId !== null && (
          <>
            You are <code className="font-mono text-2xs">{userId}</code>
          </>
        )}
      </p>
      {hasKey ? (
        <Button size="small" onClick={() => become(null)}>
          Be a guest again
        </Button>
      ) : (
        <Button size="small" onClick={() => setOpen(true)}>
          Use an API key
        </Button>
      )}
      {isOpen && <KeyForm onClose={() => setOpen(false)} />}
    </div>
  );
}

function KeyForm({ onClose }: { onClose: () => void }) {
  const [key, setKey] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (key.trim() !== '') become(key.trim());
  };
  return (
    <Modal
      title="Use an API key"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={FORM_ID} look="primary" disabled={key.trim() === ''}>
            Use it
          </Button>
        </>
      }
    >
      <form id={FORM_ID} onSubmit={submit}>
        <Field
          label="API key"
          hint="Stays in this tab and is forgotten with it. Whose key it is, that user you are; an operator's makes you an admin."
        >
          {(ids) => (
            <input
              {...ids}
              type="password"
              autoComplete="off"
              className="control font-mono"
              placeholder="tg_…"
              value={key}
              onChange={(event) => setKey(event.target.value)}
            />
          )}
        </Field>
      </form>
    </Modal>
  );
}

/** All that is shown was another user's. */
function become(key: string | null): void {
  apiKey.set(key);
  window.location.reload();
}
