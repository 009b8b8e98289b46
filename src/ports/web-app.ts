/** The built web app as the API serves it. */

export interface WebAppFile {
  readonly contentType: string;
  readonly etag: string;
  readonly body: Buffer;
  /** Compressed when it was built; null: too small, or compressed by its nature. */
  readonly brotli: Buffer | null;
  readonly gzip: Buffer | null;
}

export interface WebApp {
  /** By its path below `/app/`, e.g. `assets/index-1a2b3c.js`; null: no such file, or nothing was built. */
  file(path: string): Promise<WebAppFile | null>;
}
