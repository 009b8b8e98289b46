/** No answer of a Taskgrove server: nobody listens, the connection broke, or something else answers there. */
export class UnreachableError extends Error {
  /** Base URL that was tried. */
  readonly url: string;

  constructor(url: string, reason: string, cause?: unknown) {
    super(`No Taskgrove server at ${url}: ${reason}`, cause === undefined ? undefined : { cause });
    this.name = 'UnreachableError';
    this.url = url;
  }
}
