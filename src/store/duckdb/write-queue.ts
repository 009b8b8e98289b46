/**
 * Group commit: everything that waits becomes one transaction. When a group fails it is rolled back and its members
 * run singly, so that only the guilty sees the error.
 */
import type { AcceptResult, AcceptRun, RunCommit } from '../../ports/store.ts';
import { acceptRuns } from '../accept-runs.ts';
import { type CommitResult, commitRuns } from '../commit-runs.ts';
import type { Effects } from '../effects.ts';
import type { Session } from '../session.ts';
import type { DuckdbDatabase } from './duckdb-database.ts';
import { statementError } from './duckdb-errors.ts';
import type { DuckdbSession } from './duckdb-session.ts';

type Work =
  | { readonly kind: 'accept'; readonly input: AcceptRun }
  | { readonly kind: 'commit'; readonly input: RunCommit }
  | { readonly kind: 'other'; readonly run: (session: Session) => Promise<unknown> };
interface Member {
  readonly work: Work;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

const GROUP_SIZE = 256;
/**
 * Under load a transaction is followed by a rest of this many times its own length, so that writing takes at most a
 * third of the time: each costs milliseconds of CPU whatever is in it (every column of every table touched has its
 * price, a row has nearly none), so fewer and fuller ones are what makes runs cheap. A lone writer never waits for
 * company that does not come.
 */
const REST_FACTOR = 2;
const MAX_REST_MS = 40;

export class WriteQueue {
  readonly #database: DuckdbDatabase;
  readonly #effects: Effects;
  #waiting: Member[] = [];
  #draining: Promise<void> | null = null;
  #lastGroupSize = 0;
  #lastEndMs = 0;
  #lastTookMs = 0;

  constructor(database: DuckdbDatabase, effects: Effects) {
    this.#database = database;
    this.#effects = effects;
  }

  accept(input: AcceptRun): Promise<AcceptResult> {
    return this.#add({ kind: 'accept', input }) as Promise<AcceptResult>;
  }

  commit(input: RunCommit): Promise<CommitResult> {
    return this.#add({ kind: 'commit', input }) as Promise<CommitResult>;
  }

  write<T>(run: (session: Session) => Promise<T>): Promise<T> {
    return this.#add({ kind: 'other', run }) as Promise<T>;
  }

  /** Resolves when nothing waits. */
  async drained(): Promise<void> {
    while (this.#draining !== null) await this.#draining;
  }

  #add(work: Work): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#waiting.push({ work, resolve, reject });
    this.#draining ??= this.#drain();
    return promise;
  }

  async #drain(): Promise<void> {
    // One turn of the event loop lets everything that is ready now join the first group.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) {
      await this.#pace();
      const group = this.#nextGroup();
      this.#lastGroupSize = group.length;
      const startedMs = performance.now();
      const isWritten = group.length > 1 && (await this.#runGroup(group));
      if (!isWritten) for (const member of group) await this.#runSingly(member);
      this.#lastEndMs = performance.now();
      this.#lastTookMs = this.#lastEndMs - startedMs;
    }
    this.#draining = null;
  }

  async #pace(): Promise<void> {
    const isBusy = this.#lastGroupSize > 1 || this.#waiting.length > 1;
    const wantedMs = Math.min(MAX_REST_MS, REST_FACTOR * this.#lastTookMs);
    const restMs = wantedMs - (performance.now() - this.#lastEndMs);
    if (isBusy && restMs > 1) await new Promise((resolve) => setTimeout(resolve, restMs));
  }

  /** At most one commit of a run: the second needs the numbers of the first. */
  #nextGroup(): Member[] {
    const runs = new Set<string>();
    const group: Member[] = [];
    const later: Member[] = [];
    for (const member of this.#waiting) {
      const runId = member.work.kind === 'commit' ? member.work.input.runId : null;
      if (group.length >= GROUP_SIZE || (runId !== null && runs.has(runId))) later.push(member);
      else {
        group.push(member);
        if (runId !== null) runs.add(runId);
      }
    }
    this.#waiting = later;
    return group;
  }

  /** false: nothing was written and nobody was told. */
  async #runGroup(group: readonly Member[]): Promise<boolean> {
    try {
      const results = await this.#transaction(false, (session) => this.#apply(session, group));
      for (const member of group) member.resolve(results.get(member));
      return true;
    } catch {
      // Each member now meets its own error, if it has one.
      return false;
    }
  }

  async #runSingly(member: Member): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        const results = await this.#transaction(attempt > 1, (session) => this.#apply(session, [member]));
        member.resolve(results.get(member));
        return;
      } catch (error) {
        const ours = statementError(error);
        // The second attempt is careful and says which key was taken; it also meets a reopened file.
        if (ours === error || attempt === 2) return member.reject(ours);
      }
    }
  }

  async #apply(session: Session, group: readonly Member[]): Promise<Map<Member, unknown>> {
    const results = new Map<Member, unknown>();
    const accepts: [Member, AcceptRun][] = [];
    const commits: [Member, RunCommit][] = [];
    for (const member of group) {
      const { work } = member;
      if (work.kind === 'accept') accepts.push([member, work.input]);
      else if (work.kind === 'commit') commits.push([member, work.input]);
      else results.set(member, await work.run(session));
    }
    const inputs = accepts.map(([, input]) => input);
    if (inputs.length > 0) {
      const answers = await acceptRuns(session, this.#effects, inputs);
      accepts.forEach(([member], index) => {
        results.set(member, answers[index]);
      });
    }
    const given = commits.map(([, input]) => input);
    if (given.length > 0) {
      const answers = await commitRuns(session, this.#effects, given);
      commits.forEach(([member], index) => {
        results.set(member, answers[index]);
      });
    }
    return results;
  }

  async #transaction<T>(isCareful: boolean, work: (session: DuckdbSession) => Promise<T>): Promise<T> {
    await this.#database.ensureOpen();
    const session = this.#database.writer;
    session.isCareful = isCareful;
    try {
      await session.query('BEGIN');
      const result = await work(session);
      await session.query('COMMIT');
      for (const effect of session.takeEffects()) effect();
      return result;
    } catch (error) {
      session.takeEffects();
      // A failed COMMIT has rolled back already, and then this fails too: the first error counts.
      await session.query('ROLLBACK').catch(() => undefined);
      await this.#database.recover(error);
      throw error;
    }
  }
}
