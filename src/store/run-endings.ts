/** Tells whoever counts that a run's end was committed here, and which uses it gave back. */
import type { Use } from '../ports/use-store.ts';

type Listener = (runId: string, refunded: readonly Use[]) => void;

export class RunEndings {
  readonly #listeners = new Set<Listener>();

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(runId: string, refunded: readonly Use[]): void {
    for (const listener of this.#listeners) listener(runId, refunded);
  }
}
