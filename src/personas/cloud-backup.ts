/** Puts the backup into a bucket (S3, or what speaks like it: MinIO, R2, GCS with HMAC keys) and gets it back. */
import { AppError } from '../core/errors.ts';
import type { HttpClient, HttpResponse } from '../core/executor.ts';
import type { Logger, PersonaMetrics } from '../ports/telemetry.ts';
import type { WrittenFiles } from './persona-files.ts';
import { BACKUP_FILE } from './persona-files.ts';
import { type AwsCredentials, signAwsRequest } from './sign-aws-request.ts';

export interface CloudSettings extends AwsCredentials {
  /** Null: AWS itself, by the region. */
  readonly endpoint: string | null;
  readonly bucket: string;
  readonly prefix: string;
}

export interface CloudParts {
  readonly settings: CloudSettings;
  readonly http: HttpClient;
  readonly logger: Logger;
  readonly metrics?: PersonaMetrics;
  readonly now: () => number;
  /** Between attempts; its length is the number of repeats. */
  readonly waitsMs?: readonly number[];
}

const WAITS_MS = [1_000, 5_000, 20_000];
const TIMEOUT_MS = 20_000;

export class CloudBackup {
  /** `s3://bucket/key`. */
  readonly path: string;
  readonly #parts: CloudParts;
  readonly #url: string;
  #newest: WrittenFiles | null = null;
  #sending: Promise<void> | null = null;
  #uploading: Promise<void> = Promise.resolve();
  readonly #closing = new AbortController();
  #uploadedAt: number | null = null;
  #lastError: string | null = null;

  constructor(parts: CloudParts) {
    this.#parts = parts;
    const { endpoint, region, bucket, prefix } = parts.settings;
    const key = `${prefix}${BACKUP_FILE}`;
    const base = endpoint ?? `https://s3.${region}.amazonaws.com`;
    this.#url = `${base}/${[bucket, ...key.split('/')].map(encodeURIComponent).join('/')}`;
    this.path = `s3://${bucket}/${key}`;
  }

  get state() {
    return { url: this.path, uploadedAt: this.#uploadedAt, lastError: this.#lastError };
  }

  /** Nobody waits for it: of many that come while one is under way, the newest goes next. */
  uploadSoon(written: WrittenFiles): void {
    this.#newest = written;
    this.#sending ??= this.#sendAll();
  }

  /** One after the other, so that what was sent last is newest. Throws `unavailable` when the bucket does not take it. */
  upload(written: Pick<WrittenFiles, 'text'>): Promise<void> {
    const uploading = this.#uploading.then(() => this.#upload(written));
    this.#uploading = uploading.catch(() => undefined);
    return uploading;
  }

  async #upload({ text }: Pick<WrittenFiles, 'text'>): Promise<void> {
    try {
      const answer = await this.#call('PUT', text);
      if (answer.status >= 300) throw refusal('took no backup', answer);
      this.#uploadedAt = this.#parts.now();
      this.#lastError = null;
      this.#parts.metrics?.observePersonaBackup({ target: 's3', outcome: 'ok' });
    } catch (error) {
      this.#lastError = error instanceof Error ? error.message : String(error);
      this.#parts.metrics?.observePersonaBackup({ target: 's3', outcome: 'error' });
      throw error;
    }
  }

  /** Null: there is none. Throws `unavailable`. */
  async download(): Promise<string | null> {
    const answer = await this.#call('GET', '');
    if (answer.status === 404) return null;
    if (answer.status >= 300) throw refusal('gave no backup', answer);
    return new TextDecoder().decode(answer.body);
  }

  /** What waits is tried once more, without pauses. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#sending;
  }

  async #sendAll(): Promise<void> {
    for (;;) {
      const written = this.#newest;
      this.#newest = null;
      if (written === null) break;
      await this.#sendPatiently(written);
    }
    this.#sending = null;
  }

  async #sendPatiently(written: WrittenFiles): Promise<void> {
    const waits = this.#parts.waitsMs ?? WAITS_MS;
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.upload(written);
      } catch (error) {
        const waitMs = waits[attempt];
        // What is newer has all that this one has.
        const isOver = waitMs === undefined || this.#newest !== null || this.#closing.signal.aborted;
        this.#parts.logger.warn(
          { err: error, attempt: attempt + 1, to: this.path, isOver },
          'The backup of personas was not uploaded',
        );
        if (isOver) return;
        await pause(waitMs, this.#closing.signal);
      }
    }
  }

  #call(method: 'GET' | 'PUT', body: string): Promise<HttpResponse> {
    const { settings, http, now } = this.#parts;
    const headers = method === 'PUT' ? { 'content-type': 'application/json' } : {};
    const signed = signAwsRequest({ method, url: this.#url, headers, body }, settings, now());
    return http.request({
      url: this.#url,
      method,
      headers: signed,
      timeoutMs: TIMEOUT_MS,
      maxRedirects: 0,
      ...(method === 'PUT' ? { body } : {}),
    });
  }
}

/** Only the code of the bucket's answer: the rest may repeat what was signed. */
function refusal(what: string, { status, body }: HttpResponse): AppError {
  const code = /<Code>(\w{1,60})<\/Code>/.exec(new TextDecoder().decode(body.subarray(0, 4_096)))?.[1];
  return new AppError(
    'unavailable',
    `The bucket ${what}: HTTP ${status}${code === undefined ? '' : ` ${code}`}`,
  );
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    timer.unref();
    signal.addEventListener('abort', done);
  });
}
