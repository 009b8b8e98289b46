/** Takes the personas one sees away as a personas.json. */
import { useMutation } from '@tanstack/react-query';
import { download } from '../../data/download.ts';
import { personas } from '../../data/personas.ts';
import { Button } from '../../ui/button.tsx';
import { notices } from '../../ui/notices.ts';

export function ExportButton() {
  const save = useMutation({
    mutationFn: () => download(personas.exportPath, 'personas.json'),
    onError: (error) => notices.tell(error.message, true),
  });
  return (
    <Button icon="download" isBusy={save.isPending} onClick={() => save.mutate()}>
      Export
    </Button>
  );
}
