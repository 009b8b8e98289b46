/** What holds for a whole conversation: its title, what the model is told first, which model. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Conversation } from '../../../../src/core/conversation/conversation.ts';
import { type ConversationSettings, conversations } from '../../data/conversations.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Field } from '../../ui/field.tsx';
import { Modal } from '../../ui/modal.tsx';

const FORM_ID = 'conversation-settings';

export function ConversationSettingsForm({ facts, onClose }: { facts: Conversation; onClose: () => void }) {
  const cache = useQueryClient();
  const [title, setTitle] = useState(facts.title ?? '');
  const [prompt, setPrompt] = useState(facts.system_prompt ?? '');
  const [model, setModel] = useState(facts.model ?? '');
  const save = useMutation({
    mutationFn: (settings: ConversationSettings) => conversations.change(facts.conversation_id, settings),
    onSuccess: async () => {
      await cache.invalidateQueries({ queryKey: conversations.key });
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate({ title: orNull(title), system_prompt: orNull(prompt), model: orNull(model) });
  };
  return (
    <Modal
      title="Settings"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={FORM_ID} look="primary" isBusy={save.isPending}>
            Save
          </Button>
        </>
      }
    >
      <form id={FORM_ID} onSubmit={submit} className="space-y-4">
        <Field label="Title">
          {(ids) => (
            <input
              {...ids}
              className="control"
              maxLength={200}
              value={title}
              onChange={(event) => setTitle(event.target.value)}
            />
          )}
        </Field>
        <Field label="System prompt" hint="What the model is told before all else.">
          {(ids) => (
            <textarea
              {...ids}
              className="control"
              rows={5}
              maxLength={16_000}
              value={prompt}
              onChange={(event) => setPrompt(event.target.value)}
            />
          )}
        </Field>
        <Field label="Model" hint="For example gpt-4o-mini; empty: the server's default.">
          {(ids) => (
            <input
              {...ids}
              className="control"
              maxLength={200}
              value={model}
              onChange={(event) => setModel(event.target.value)}
            />
          )}
        </Field>
        {save.isError && <ErrorState error={save.error} />}
      </form>
    </Modal>
  );
}

function orNull(text: string): string | null {
  return text.trim() === '' ? null : text;
}
