/** What can be done with a study: take it away as a file, ask again, stop it, delete it. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Study } from '../../../../src/core/study/study.ts';
import { download } from '../../data/download.ts';
import { isStudyOpen, studies } from '../../data/studies.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { IconButton } from '../../ui/icon-button.tsx';
import { Menu } from '../../ui/menu.tsx';
import { notices } from '../../ui/notices.ts';

const FORMATS = [
  { format: 'md', label: 'Markdown' },
  { format: 'html', label: 'HTML page' },
  { format: 'json', label: 'JSON' },
] as const;

export function StudyActions({ study }: { study: Study }) {
  const cache = useQueryClient();
  const navigate = useNavigate();
  const [isDeleting, setDeleting] = useState(false);
  const { study_id: studyId } = study;
  const cancel = useMutation({
    mutationFn: () => studies.cancel(study),
    onSuccess: () => cache.invalidateQueries({ queryKey: studies.key }),
    onError: (error) => notices.tell(error.message, true),
  });
  const remove = useMutation({
    mutationFn: () => studies.remove(studyId),
    onSuccess: async () => {
      await navigate({ to: '/studies' });
      cache.removeQueries({ queryKey: studies.one(studyId).queryKey });
      await cache.invalidateQueries({ queryKey: studies.key });
      notices.tell('The study was deleted');
    },
  });
  const save = useMutation({
    mutationFn: (format: 'md' | 'html' | 'json') =>
      download(studies.reportPath(studyId, format), `study.${format}`),
    onError: (error) => notices.tell(error.message, true),
  });
  if (isStudyOpen(study))
    return (
      <Button icon="stop" isBusy={cancel.isPending} onClick={() => cancel.mutate()}>
        Cancel
      </Button>
    );
  return (
    <>
      <Menu
        trigger={<Button icon="download">Export</Button>}
        items={FORMATS.map(({ format, label }) => ({
          label,
          onSelect: () => save.mutate(format),
        }))}
      />
      <Menu
        trigger={<IconButton icon="more" label="More" />}
        items={[
          {
            label: 'Ask again',
            icon: 'refresh',
            onSelect: () => void navigate({ to: '/studies', search: { from: studyId } }),
          },
          { label: 'Delete', icon: 'trash', isDanger: true, onSelect: () => setDeleting(true) },
        ]}
      />
      {isDeleting && (
        <Confirm
          title="Delete this study?"
          action="Delete"
          isBusy={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate()}
          onClose={() => setDeleting(false)}
        >
          <p>All that was said in it and its report are removed for good.</p>
        </Confirm>
      )}
    </>
  );
}
