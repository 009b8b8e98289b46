/** Where studies are asked for, and the list of those there were. */
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { personas } from '../../data/personas.ts';
import { studies } from '../../data/studies.ts';
import { Loaded } from '../../ui/loaded.tsx';
import { Page } from '../../ui/page.tsx';
import { StudyForm } from './study-form.tsx';
import { StudyList } from './study-list.tsx';

const route = getRouteApi('/studies');

export function StudiesPage() {
  const { from } = route.useSearch();
  const all = useQuery(personas.all);
  const before = useQuery({ ...studies.one(from ?? ''), enabled: from !== undefined });
  const isFormReady = from === undefined || !before.isLoading;
  return (
    <Page
      title="Studies"
      lead="Choose simulated users, state a feature or a question: they talk about it, and a report says what to do."
    >
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1fr)_20rem]">
        {isFormReady && (
          <Loaded query={all} lines={8}>
            {(rows) => <StudyForm key={from ?? 'new'} personas={rows} from={before.data ?? null} />}
          </Loaded>
        )}
        <StudyList />
      </div>
    </Page>
  );
}
