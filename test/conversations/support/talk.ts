/** A client of conversations for tests: plain HTTP, and the event stream with what came so far. */
import { SseParser } from '../../../src/core/sse-parser.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests read answers as clients do, field by field
export type Body = any;

export interface Talk {
  http(verb: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** A new conversation's id. */
  open(fields?: object): Promise<string>;
  say(conversationId: string, text: string, more?: object, headers?: Record<string, string>): Promise<Body>;
  /** The message once it is not under way any more. */
  settled(conversationId: string, messageId: string): Promise<Body>;
  follow(conversationId: string, headers?: Record<string, string>): Promise<Followed>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

export interface Followed {
  readonly events: Body[];
  readonly ids: string[];
  readonly isEnded: () => boolean;
  /** The first event for which it holds, also of those that came before. */
  until(isIt: (event: Body) => boolean, withinMs?: number): Promise<Body>;
  close(): void;
}

const UNDER_WAY = ['pending', 'streaming'];

export function talkTo(url: string, defaults: Record<string, string> = {}): Talk {
  const http: Talk['http'] = async (verb, path, body, headers = {}) => {
    const response = await fetch(url + path, {
      method: verb,
      headers: { 'content-type': 'application/json', ...defaults, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? null : JSON.parse(text),
    };
  };
  const must = async (answer: Promise<Answer>, status: number) => {
    const { status: was, body } = await answer;
    if (was !== status) throw new Error(`${was}: ${JSON.stringify(body)}`);
    return body;
  };
  return {
    http,
    open: async (fields = {}) => (await must(http('POST', '/conversations', fields), 201)).conversation_id,
    say: (id, text, more = {}, headers = {}) =>
      must(http('POST', `/conversations/${id}/messages`, { text, ...more }, headers), 201),
    async settled(id, messageId) {
      const stream = await follow(url, id, { ...defaults, 'last-event-id': '0' });
      try {
        const isEnd = ({ message_id, message }: Body) =>
          message_id === messageId && message !== undefined && !UNDER_WAY.includes(message.status);
        return (await stream.until(isEnd, 40_000)).message;
      } finally {
        stream.close();
      }
    },
    follow: (id, headers = {}) => follow(url, id, { ...defaults, ...headers }),
  };
}

async function follow(url: string, id: string, headers: Record<string, string>): Promise<Followed> {
  const abort = new AbortController();
  const response = await fetch(`${url}/conversations/${id}/events`, { headers, signal: abort.signal });
  if (response.status !== 200 || response.body === null) throw new Error(`No stream: ${response.status}`);
  const events: Body[] = [];
  const ids: string[] = [];
  const state = { isEnded: false };
  let wake: () => void = () => undefined;
  void (async () => {
    const parser = new SseParser();
    const decoder = new TextDecoder();
    try {
      for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
        for (const { data, id: eventId } of parser.push(decoder.decode(chunk, { stream: true }))) {
          events.push(JSON.parse(data));
          if (eventId !== null && eventId !== undefined && eventId !== '') ids.push(eventId);
        }
        wake();
      }
    } catch {
      // Closed by the test, or the server went away: `isEnded` says so.
    }
    state.isEnded = true;
    wake();
  })();
  return {
    events,
    ids,
    isEnded: () => state.isEnded,
    async until(isIt, withinMs = 20_000) {
      const giveUpAt = Date.now() + withinMs;
      for (;;) {
        const found = events.find(isIt);
        if (found !== undefined) return found;
        if (state.isEnded || Date.now() > giveUpAt)
          throw new Error(`It never came. Events: ${JSON.stringify(events).slice(0, 3_000)}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
          setTimeout(resolve, 250);
        });
      }
    },
    close: () => abort.abort(),
  };
}

/** What a client has on its screen after these events. */
export function shownText(events: readonly Body[], messageId: string): string {
  let text = '';
  for (const event of events) {
    if (event.message_id !== messageId) continue;
    if (event.type === 'message_delta') {
      if (event.offset > text.length) throw new Error(`A gap: ${event.offset} is not ${text.length}`);
      text = text.slice(0, event.offset) + event.text;
    } else if (event.message !== undefined) text = event.message.text;
  }
  return text;
}
