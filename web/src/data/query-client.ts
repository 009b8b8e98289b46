/** Cache of what the server said. */
import { QueryClient } from '@tanstack/react-query';
import { RequestError } from './request-error.ts';

const FRESH_MS = 5_000;
const RETRIES = 2;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: FRESH_MS,
      // A refusal stays one; only what may pass by itself is asked again.
      retry: (count, error) => count < RETRIES && !(error instanceof RequestError && !error.isTransient),
    },
  },
});
