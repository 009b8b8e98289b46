/** Where one writes. Enter sends, Shift+Enter makes a line; a reply under way can be stopped. */
import { type FormEvent, type KeyboardEvent, useState } from 'react';
import { Button } from '../../ui/button.tsx';

const MOST_TEXT = 32_000;

export function Composer(props: {
  /** Resolves when it was sent; until then the text stays. */
  onSend: (text: string) => Promise<unknown>;
  isBusy: boolean;
  onStop?: (() => void) | undefined;
}) {
  const { onSend, isBusy, onStop } = props;
  const [text, setText] = useState('');
  const canSend = text.trim() !== '' && !isBusy && onStop === undefined;
  const send = async () => {
    if (!canSend) return;
    try {
      await onSend(text);
      setText('');
    } catch {
      // The page says what was wrong; the text stays to be sent again.
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void send();
  };
  const press = (event: KeyboardEvent) => {
    // While an input method composes, Enter belongs to it.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void send();
  };
  return (
    <form onSubmit={submit} className="border-t border-line bg-surface px-4 py-3">
      <div className="mx-auto flex max-w-3xl items-end gap-2">
        <textarea
          aria-label="Message"
          placeholder="Write a message"
          rows={1}
          maxLength={MOST_TEXT}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={press}
          className="control field-sizing-content max-h-48 min-h-9 flex-1 resize-none"
        />
        {onStop === undefined ? (
          <Button type="submit" look="primary" icon="send" isBusy={isBusy} disabled={!canSend}>
            Send
          </Button>
        ) : (
          <Button icon="stop" onClick={onStop}>
            Stop
          </Button>
        )}
      </div>
    </form>
  );
}
