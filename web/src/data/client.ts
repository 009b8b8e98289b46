/** The typed client of this server, and its errors in the app's one form. */
import { createClient, RpcError, UnreachableError } from '../../../src/client/client.ts';
import { apiKey } from './api-key.ts';
import { RequestError } from './request-error.ts';

export const client = createClient({
  url: window.location.origin,
  fetch: (input, init) => fetch(input, { ...init, headers: { ...init?.headers, ...apiKey.headers() } }),
});

/** Runs a call of the client; throws RequestError. */
export async function called<Answer>(work: Promise<Answer>): Promise<Answer> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof RpcError) {
      const code = error.meta?.['code'];
      throw new RequestError({
        message: error.sentence,
        status: error.httpStatus,
        code: typeof code === 'string' ? code : null,
        retryAfterSeconds: error.retryAfterSeconds,
      });
    }
    if (error instanceof UnreachableError)
      throw new RequestError({
        message: 'The server does not answer. Check that it is running, then try again.',
        status: 0,
      });
    throw error;
  }
}
