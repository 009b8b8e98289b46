/** Takes a personas.json from this machine and adds what is in it. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { personas } from '../../data/personas.ts';
import { Button } from '../../ui/button.tsx';
import { notices } from '../../ui/notices.ts';

export function ImportButton() {
  const cache = useQueryClient();
  const input = useRef<HTMLInputElement>(null);
  const add = useMutation({
    mutationFn: async (file: File) => personas.importAll(parse(await file.text(), file.name)),
    onSuccess: async ({ imported, skipped }) => {
      await cache.invalidateQueries({ queryKey: personas.key });
      const known = skipped === 0 ? '' : `, ${skipped} you had already`;
      notices.tell(`${imported} ${imported === 1 ? 'persona was' : 'personas were'} imported${known}`);
    },
    onError: (error) => notices.tell(error.message, true),
  });
  return (
    <>
      <input
        ref={input}
        type="file"
        accept="application/json,.json"
        aria-label="A personas.json to import"
        className="hidden"
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file !== undefined) add.mutate(file);
          // The same file may be chosen again.
          event.target.value = '';
        }}
      />
      <Button icon="upload" isBusy={add.isPending} onClick={() => input.current?.click()}>
        Import
      </Button>
    </>
  );
}

function parse(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${name} is not JSON`);
  }
}
