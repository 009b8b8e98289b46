/** The personas: to find, add, change, copy, delete, bring along and take away. */
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import type { Persona } from '../../../../src/core/persona/persona.ts';
import { personas } from '../../data/personas.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Page } from '../../ui/page.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import { BackupCard } from './backup-card.tsx';
import { DeletePersona } from './delete-persona.tsx';
import { ExportButton } from './export-button.tsx';
import { ImportButton } from './import-button.tsx';
import { matchesPersona } from './matches-persona.ts';
import { PersonaCard } from './persona-card.tsx';
import { PersonaEditor } from './persona-editor.tsx';
import type { PersonasSearch } from './personas-search.ts';

const route = getRouteApi('/personas');
const SHOWN = [
  { value: 'all', label: 'All' },
  { value: 'own', label: 'Yours' },
  { value: 'shipped', label: 'Shipped' },
] as const;

export function PersonasPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const all = useQuery(personas.all);
  const [removed, setRemoved] = useState<Persona | null>(null);
  const change = (next: Partial<PersonasSearch>, replace = true) =>
    void navigate({ search: (before) => ({ ...before, ...next }), replace });
  const open = (edit: PersonasSearch['edit'], isCopy = false) =>
    change({ edit, copy: isCopy || undefined }, false);
  const from = all.data?.find(({ id }) => id === search.edit) ?? null;
  return (
    <Page
      title="Personas"
      lead="Simulated users who take part in studies. Shipped ones stay as they are; change a copy."
      actions={
        <>
          <ImportButton />
          <ExportButton />
          <Button look="primary" icon="plus" onClick={() => open('new')}>
            New persona
          </Button>
        </>
      }
    >
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1fr)_17rem]">
        <div>
          <div className="mb-4 flex flex-wrap items-center gap-3">
            <SearchField
              label="Find a persona"
              value={search.q ?? ''}
              onChange={(text) => change({ q: text === '' ? undefined : text })}
            />
            <Segmented
              label="Which personas"
              value={search.show ?? 'all'}
              options={SHOWN}
              onChange={(show) => change({ show: show === 'all' ? undefined : show })}
            />
          </div>
          <Loaded query={all} lines={8}>
            {(rows) => (
              <Cards
                rows={rows.filter((persona) => matchesPersona(persona, search.q ?? '', search.show ?? 'all'))}
                actions={{
                  edit: ({ id }) => open(id),
                  duplicate: ({ id }) => open(id, true),
                  remove: setRemoved,
                }}
              />
            )}
          </Loaded>
        </div>
        <BackupCard />
      </div>
      {(search.edit === 'new' || from !== null) && (
        <PersonaEditor
          key={`${search.edit} ${search.copy ?? ''}`}
          from={from}
          // A shipped one cannot be changed, whatever the address asks for.
          isCopy={search.copy === true || from?.is_shipped === true}
          onClose={() => change({ edit: undefined, copy: undefined })}
        />
      )}
      {removed !== null && <DeletePersona persona={removed} onClose={() => setRemoved(null)} />}
    </Page>
  );
}

function Cards({
  rows,
  actions,
}: {
  rows: readonly Persona[];
  actions: Parameters<typeof PersonaCard>[0]['actions'];
}) {
  if (rows.length === 0)
    return (
      <EmptyState icon="people" title="No persona fits">
        Try fewer words, or look among all of them.
      </EmptyState>
    );
  return (
    <ul className="grid grid-cols-1 gap-3 md:grid-cols-2 2xl:grid-cols-3">
      {rows.map((persona) => (
        <li key={persona.id}>
          <PersonaCard persona={persona} actions={actions} />
        </li>
      ))}
    </ul>
  );
}
