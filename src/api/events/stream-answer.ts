/** What a handler returns when its answer is a stream: the HTTP layer opens it, the dispatcher only passes it on. */
import type { Run } from '../../core/run.ts';

export class StreamAnswer {
  /** The run whose events follow. */
  readonly run: Run;
  /** Result of the JSON-RPC answer that stands first in the stream. */
  readonly first: Readonly<Record<string, unknown>>;
  /** Events up to this number are known to the client. */
  readonly afterSeq: number;

  constructor(run: Run, first: Readonly<Record<string, unknown>>, afterSeq: number) {
    this.run = run;
    this.first = first;
    this.afterSeq = afterSeq;
  }
}
