/** The guarded client whose failures speak of the provider instead of a URL, and hold no key. */
import type { StreamingHttpClient } from '../core/executor.ts';
import type { ProviderCall } from './provider.ts';
import { callFailure } from './provider-failure.ts';

type Callee = Pick<ProviderCall, 'provider' | 'baseUrl' | 'key'>;

export function wordedHttp(http: StreamingHttpClient, callee: Callee): StreamingHttpClient {
  return {
    async request(request) {
      try {
        return await http.request(request);
      } catch (error) {
        throw callFailure(callee, error);
      }
    },
    async stream(request) {
      try {
        const answer = await http.stream(request);
        return { ...answer, body: wordedBody(answer.body, callee) };
      } catch (error) {
        throw callFailure(callee, error);
      }
    },
  };
}

async function* wordedBody(body: AsyncIterable<Uint8Array>, callee: Callee): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw callFailure(callee, error);
  }
}
