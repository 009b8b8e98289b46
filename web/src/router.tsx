/** The app's addresses. Pages are loaded when they are first visited, or when a pointer comes near their link. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { AppShell } from './layout/app-shell.tsx';
import { NotFound } from './layout/not-found.tsx';
import { PageError } from './layout/page-error.tsx';
import { personasSearch } from './pages/personas/personas-search.ts';
import { studiesSearch } from './pages/studies/studies-search.ts';

const root = createRootRoute({ component: AppShell, notFoundComponent: NotFound });

const overview = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: lazyRouteComponent(() => import('./pages/overview/overview-page.tsx'), 'OverviewPage'),
});

const experiments = createRoute({
  getParentRoute: () => root,
  path: '/experiments',
  component: lazyRouteComponent(() => import('./pages/experiments/experiments-page.tsx'), 'ExperimentsPage'),
});

const personas = createRoute({
  getParentRoute: () => root,
  path: '/personas',
  validateSearch: personasSearch,
  component: lazyRouteComponent(() => import('./pages/personas/personas-page.tsx'), 'PersonasPage'),
});

const safety = createRoute({
  getParentRoute: () => root,
  path: '/safety',
  component: lazyRouteComponent(() => import('./pages/safety/safety-page.tsx'), 'SafetyPage'),
});

const studies = createRoute({
  getParentRoute: () => root,
  path: '/studies',
  validateSearch: studiesSearch,
  component: lazyRouteComponent(() => import('./pages/studies/studies-page.tsx'), 'StudiesPage'),
});

const study = createRoute({
  getParentRoute: () => root,
  path: '/studies/$studyId',
  component: lazyRouteComponent(() => import('./pages/studies/study-page.tsx'), 'StudyPage'),
});

const conversations = createRoute({
  getParentRoute: () => root,
  path: '/conversations',
  component: lazyRouteComponent(
    () => import('./pages/conversations/conversations-page.tsx'),
    'ConversationsPage',
  ),
});

const conversation = createRoute({
  getParentRoute: () => root,
  path: '/conversations/$conversationId',
  component: lazyRouteComponent(
    () => import('./pages/conversations/conversation-page.tsx'),
    'ConversationPage',
  ),
});

export const router = createRouter({
  basepath: '/app',
  routeTree: root.addChildren([
    overview,
    studies,
    study,
    personas,
    experiments,
    conversations,
    conversation,
    safety,
  ]),
  defaultPreload: 'intent',
  defaultErrorComponent: PageError,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
