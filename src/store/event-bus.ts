/** Listeners to run events within the process. */
import type { RunEvent } from '../core/run-event.ts';

export type EventListener = (event: RunEvent) => void;

export class EventBus {
  readonly #listeners = new Set<EventListener>();
  readonly #onError: (error: unknown) => void;

  /** `onError`: a listener threw; the others still hear the event. */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  subscribe(listener: EventListener): () => void {
    const own: EventListener = (event) => listener(event);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  deliver(events: readonly RunEvent[]): void {
    for (const event of events) {
      for (const listener of this.#listeners) {
        try {
          listener(event);
        } catch (error) {
          this.#onError(error);
        }
      }
    }
  }
}
