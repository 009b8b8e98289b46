/** No page has this address. */
import { Link } from '@tanstack/react-router';
import { buttonClass } from '../ui/button-class.ts';
import { EmptyState } from '../ui/empty-state.tsx';
import { Page } from '../ui/page.tsx';

export function NotFound() {
  return (
    <Page title="There is no such page">
      <EmptyState
        icon="search"
        title="The address may be mistyped, or the page has moved."
        action={
          <Link to="/" className={buttonClass('primary')}>
            To the overview
          </Link>
        }
      />
    </Page>
  );
}
