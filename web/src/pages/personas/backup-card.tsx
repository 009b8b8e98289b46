/** Where the personas are kept besides the database, whether those files are good, and how to make or use one. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type BackupState, personas } from '../../data/personas.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Moment } from '../../ui/moment.tsx';
import { notices } from '../../ui/notices.ts';

const TONES: Readonly<Record<BackupState['files'][number]['health'], Tone>> = {
  ok: 'good',
  missing: 'warn',
  corrupt: 'bad',
};

export function BackupCard() {
  const state = useQuery(personas.backups);
  const cache = useQueryClient();
  const [isRestoring, setRestoring] = useState(false);
  const told = (text: string) => async () => {
    await cache.invalidateQueries({ queryKey: personas.key });
    notices.tell(text);
    setRestoring(false);
  };
  const backup = useMutation({
    mutationFn: personas.backup,
    onSuccess: told('A backup was written'),
    onError: (error) => notices.tell(error.message, true),
  });
  const restore = useMutation({
    mutationFn: personas.restore,
    onSuccess: told('The personas were restored'),
  });
  return (
    <Card
      title="Backup"
      actions={
        state.data !== undefined && (
          <Badge tone={state.data.is_current ? 'good' : 'warn'}>
            {state.data.is_current ? 'up to date' : 'behind'}
          </Badge>
        )
      }
    >
      <Loaded query={state} lines={4}>
        {(data) => (
          <div className="space-y-3 text-[0.8667rem]">
            <ul className="space-y-3">
              {data.files.map((file) => (
                <li key={file.path}>
                  <p className="flex items-center gap-2">
                    <span className="min-w-0 flex-1 truncate font-mono text-xs">{file.path}</span>
                    <Badge tone={TONES[file.health]}>{file.health}</Badge>
                  </p>
                  <p className="text-xs text-muted">
                    {file.problem ?? `${file.count} personas, ${file.bytes.toLocaleString('en')} bytes`}
                    {file.modified_at !== null && (
                      <>
                        , <Moment at={file.modified_at} />
                      </>
                    )}
                  </p>
                  {file.sha256 !== null && (
                    <p className="truncate font-mono text-2xs text-muted" title={file.sha256}>
                      sha256 {file.sha256}
                    </p>
                  )}
                </li>
              ))}
            </ul>
            {data.last_error != null && <p className="text-danger">{data.last_error}</p>}
            {data.history === undefined ? (
              <p className="border-t border-line pt-3 text-xs text-muted">
                Written at every change. Admins can restore from here.
              </p>
            ) : (
              <div className="flex flex-wrap gap-2 border-t border-line pt-3">
                <Button size="small" isBusy={backup.isPending} onClick={() => backup.mutate()}>
                  Back up now
                </Button>
                <Button size="small" look="danger" onClick={() => setRestoring(true)}>
                  Restore …
                </Button>
              </div>
            )}
          </div>
        )}
      </Loaded>
      {isRestoring && (
        <Confirm
          title="Restore from the backup?"
          action="Restore"
          isBusy={restore.isPending}
          error={restore.error}
          onConfirm={() => restore.mutate()}
          onClose={() => setRestoring(false)}
        >
          <p>All personas, of everybody, become what the backup file holds. What was added since is gone.</p>
        </Confirm>
      )}
    </Card>
  );
}
