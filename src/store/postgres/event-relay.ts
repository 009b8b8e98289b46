/**
 * Events between processes: a LISTEN connection and at most one NOTIFY each 20 ms with pointers (run and seq).
 * Each run's events are delivered once and in order: gaps are read from the table.
 */
import { LRUCache } from 'lru-cache';
import pg from 'pg';
import type { RunEvent } from '../../core/run-event.ts';
import type { EventBus } from '../event-bus.ts';
import type { StoreLogger } from '../store-logger.ts';
import type { PostgresDatabase } from './postgres-database.ts';

const CHANNEL = 'taskgrove_events';
const FLUSH_MS = 20;
const MAX_BYTES = 7_400;
/** A connection that died without a word is found by asking. */
const ALIVE_EVERY_MS = 15_000;
const ALIVE_WITHIN_MS = 5_000;
/** Runs that ended so long before the last sign of life are caught up too: clocks of processes differ. */
const MARGIN_MS = 600_000;

interface RelayOptions {
  readonly url: string;
  readonly database: PostgresDatabase;
  readonly bus: EventBus;
  readonly logger: StoreLogger;
  readonly read: (runId: string, afterSeq: number, limit: number) => Promise<RunEvent[]>;
}
type Message = [runId: string, seq: number] | { readonly publish: RunEvent };

/** A delta whose text does not fit one message goes as several, in order. */
function partsOf(event: RunEvent): RunEvent[] {
  const { text } = event.data;
  if (Buffer.byteLength(JSON.stringify({ publish: event })) < MAX_BYTES) return [event];
  if (typeof text !== 'string' || text.length < 2) return [];
  const middle = Math.floor(text.length / 2);
  // Never between the two halves of one character.
  const cut = /[\ud800-\udbff]/.test(text[middle - 1] ?? '') ? middle + 1 : middle;
  if (cut >= text.length) return [];
  return [text.slice(0, cut), text.slice(cut)].flatMap((part) =>
    partsOf({ ...event, data: { ...event.data, text: part } }),
  );
}

export class EventRelay {
  readonly #options: RelayOptions;
  readonly #origin = crypto.randomUUID().slice(0, 8);
  readonly #delivered = new LRUCache<string, number>({ max: 20_000 });
  readonly #catchingUp = new Map<string, number>();
  #pointers = new Map<string, number>();
  #published: RunEvent[] = [];
  #timer: NodeJS.Timeout | null = null;
  #flushedMs = Number.NEGATIVE_INFINITY;
  #flushing: Promise<void> = Promise.resolve();
  #listener: pg.Client | null = null;
  /** When the LISTEN connection was last known to work. */
  #aliveAt = Date.now();
  #aliveTimer: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(options: RelayOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    await this.#listen();
    for (const [runId, seq] of await this.#lastSeqs())
      if (!this.#delivered.has(runId)) this.#delivered.set(runId, seq);
  }

  /** Events of this process, committed. A run not seen before began after `start`, so nothing of it was delivered. */
  stored(events: readonly RunEvent[]): void {
    const first = events[0];
    const last = events.at(-1);
    if (first === undefined || last === undefined) return;
    this.#pointers.set(first.runId, Math.max(last.seq, this.#pointers.get(first.runId) ?? 0));
    this.#schedule();
    const known = this.#delivered.get(first.runId) ?? 0;
    if (known === first.seq - 1 && !this.#catchingUp.has(first.runId)) {
      this.#delivered.set(first.runId, last.seq);
      this.#options.bus.deliver(events);
    } else this.#catchUp(first.runId, known, last.seq);
  }

  publish(event: RunEvent): void {
    this.#options.bus.deliver([event]);
    this.#published.push(event);
    this.#schedule();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#aliveTimer !== null) clearInterval(this.#aliveTimer);
    await this.#flushing;
    await this.#flush();
    await this.#listener?.end().catch(() => undefined);
  }

  /** At once after a quiet time, else when `FLUSH_MS` are over: a word of a model has waited for others already. */
  #schedule(): void {
    if (this.#timer !== null) return;
    const restMs = Math.max(0, this.#flushedMs + FLUSH_MS - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#flushedMs = performance.now();
      // One after the other: two of a pool's connections would not keep the order of the words.
      this.#flushing = this.#flushing.then(() => this.#flush());
    }, restMs);
  }

  async #flush(): Promise<void> {
    const messages: Message[] = [...this.#pointers];
    messages.push(...this.#published.flatMap(partsOf).map((publish) => ({ publish })));
    this.#pointers = new Map();
    this.#published = [];
    try {
      for (const payload of this.#payloads(messages))
        await this.#options.database.pool.query('SELECT pg_notify($1, $2)', [CHANNEL, payload]);
    } catch (error) {
      // Other processes read the rows when their connection is back.
      this.#options.logger.warn({ err: error }, 'could not tell other processes of new events');
    }
  }

  *#payloads(messages: readonly Message[]): Generator<string> {
    let parts: string[] = [];
    let size = 0;
    for (const message of messages) {
      const text = JSON.stringify(message);
      const bytes = Buffer.byteLength(text) + 1;
      if (bytes > MAX_BYTES) continue;
      if (size + bytes > MAX_BYTES) {
        yield `${this.#origin}[${parts.join(',')}]`;
        parts = [];
        size = 0;
      }
      parts.push(text);
      size += bytes;
    }
    if (parts.length > 0) yield `${this.#origin}[${parts.join(',')}]`;
  }

  #receive(payload: string): void {
    if (payload.startsWith(this.#origin)) return;
    for (const message of JSON.parse(payload.slice(8)) as Message[]) {
      if (!Array.isArray(message)) this.#options.bus.deliver([message.publish]);
      else this.#catchUp(message[0], this.#delivered.get(message[0]) ?? 0, message[1]);
    }
  }

  /** One reader a run; a later pointer only moves its goal. */
  #catchUp(runId: string, known: number, goal: number): void {
    const waiting = this.#catchingUp.get(runId);
    if (goal <= known && waiting === undefined) return;
    this.#catchingUp.set(runId, Math.max(goal, waiting ?? 0));
    if (!this.#delivered.has(runId)) this.#delivered.set(runId, known);
    if (waiting === undefined) void this.#readUp(runId);
  }

  async #readUp(runId: string): Promise<void> {
    try {
      for (;;) {
        const known = this.#delivered.get(runId) ?? 0;
        if (known >= (this.#catchingUp.get(runId) ?? 0)) break;
        const events = await this.#options.read(runId, known, 1_000);
        if (events.length === 0) break;
        this.#delivered.set(runId, events.at(-1)?.seq ?? known);
        this.#options.bus.deliver(events);
      }
    } catch (error) {
      this.#options.logger.warn(
        { err: error, run_id: runId },
        'could not read events; the next one brings them',
      );
    } finally {
      this.#catchingUp.delete(runId);
    }
  }

  async #listen(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#options.url,
      keepAlive: true,
      connectionTimeoutMillis: ALIVE_WITHIN_MS,
      query_timeout: ALIVE_WITHIN_MS,
    });
    client.on('notification', ({ payload }) => this.#receive(payload ?? `${this.#origin}`));
    client.on('error', (error) => this.#options.logger.warn({ err: error }, 'the event connection was lost'));
    client.on('end', () => {
      if (!this.#isClosed && this.#listener === client) void this.#reconnect();
    });
    await client.connect();
    await client.query(`LISTEN ${CHANNEL}`);
    this.#listener = client;
    this.#aliveTimer ??= setInterval(() => void this.#checkAlive(), ALIVE_EVERY_MS).unref();
  }

  async #checkAlive(): Promise<void> {
    const client = this.#listener;
    if (client === null) return;
    const askedAt = Date.now();
    try {
      await client.query('SELECT 1');
      if (this.#listener === client) this.#aliveAt = askedAt;
    } catch (error) {
      if (this.#isClosed || this.#listener !== client) return;
      this.#options.logger.warn({ err: error }, 'the event connection does not answer');
      const reconnected = this.#reconnect();
      await client.end().catch(() => undefined);
      await reconnected;
    }
  }

  async #reconnect(): Promise<void> {
    this.#listener = null;
    while (!this.#isClosed) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      try {
        await this.#listen();
        const listensSince = Date.now();
        for (const [runId, seq] of await this.#lastSeqs())
          this.#catchUp(runId, this.#delivered.get(runId) ?? 0, seq);
        this.#aliveAt = listensSince;
        return;
      } catch (error) {
        this.#options.logger.warn({ err: error }, 'the event connection is tried again');
        await this.#dropListener();
      }
    }
  }

  /** It listens, but what was missed could not be read: the next attempt does both again. */
  async #dropListener(): Promise<void> {
    const client = this.#listener;
    this.#listener = null;
    await client?.end().catch(() => undefined);
  }

  /** Last numbers of runs that are active or have ended since we last heard of events, however long ago that was. */
  async #lastSeqs(): Promise<[string, number][]> {
    const since = new Date(this.#aliveAt - MARGIN_MS).toISOString();
    const rows = await this.#options.database.read((session) =>
      session.query(
        `SELECT e.run_id, max(e.seq) AS seq FROM runs JOIN task_events e ON e.run_id = runs.run_id
         WHERE runs.completed_at IS NULL OR runs.completed_at >= $1 GROUP BY e.run_id`,
        [since],
      ),
    );
    return rows.map((row) => [String(row['run_id']), Number(row['seq'])]);
  }
}
