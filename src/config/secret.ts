/** A value that must never be printed: logs, JSON, templates and `util.inspect` all show `[secret]`. */
import { inspect } from 'node:util';

const SHOWN = '[secret]';

/** Call `reveal()` only where the value is handed to the library that needs it. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [inspect.custom](): string {
    return SHOWN;
  }
}
