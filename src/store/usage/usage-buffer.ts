/**
 * Rows on their way to the table: collected in memory and stored in blocks, so that no run pays for them. What a crash
 * takes is made again from the runs at the next start (rebuild-usage.ts).
 */
import type { UsageRow } from '../../core/usage.ts';
import type { StoreLogger } from '../store-logger.ts';

const FLUSH_EVERY_MS = 1_000;
const BLOCK_ROWS = 500;
/** While the database is away. Beyond it the oldest go; the next start finds them in the runs. */
const MOST_WAITING = 100_000;

export class UsageBuffer {
  readonly #append: (rows: readonly UsageRow[]) => Promise<void>;
  readonly #logger: StoreLogger;
  #waiting: UsageRow[] = [];
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> | null = null;

  constructor(append: (rows: readonly UsageRow[]) => Promise<void>, logger: StoreLogger) {
    this.#append = append;
    this.#logger = logger;
  }

  add(rows: readonly UsageRow[]): void {
    for (const row of rows) this.#waiting.push(row);
    if (this.#waiting.length >= BLOCK_ROWS && this.#writing === null) this.#flushBehind();
    else this.#flushSoon();
  }

  /** Resolves when everything added so far is stored. Throws what the database threw; the rows are kept. */
  async flush(): Promise<void> {
    while (this.#writing !== null) await this.#writing.catch(() => undefined);
    if (this.#waiting.length === 0) return;
    this.#writing = this.#write();
    await this.#writing;
  }

  /** The last block. A failure is told to the log: there is nobody else left. */
  async close(): Promise<void> {
    await this.flush().catch((error: unknown) => this.#warn(error));
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #write(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const block = this.#waiting;
    this.#waiting = [];
    try {
      await this.#append(block);
    } catch (error) {
      this.#waiting = [...block, ...this.#waiting].slice(-MOST_WAITING);
      throw error;
    } finally {
      this.#writing = null;
      // What came in the meantime, or could not be written.
      this.#flushSoon();
    }
  }

  #flushSoon(): void {
    if (this.#waiting.length === 0 || this.#timer !== null) return;
    this.#timer = setTimeout(() => this.#flushBehind(), FLUSH_EVERY_MS);
    this.#timer.unref();
  }

  #flushBehind(): void {
    this.#timer = null;
    this.flush().catch((error: unknown) => this.#warn(error));
  }

  #warn(error: unknown): void {
    this.#logger.warn({ err: error, rows: this.#waiting.length }, 'usage rows could not be stored yet');
  }
}
