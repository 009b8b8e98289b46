/** Secret inputs of tasks: sealed to their owner, so that another user's task that has a copy cannot use it. */
import { AppError } from '../core/errors.ts';
import type { JsonValue } from '../core/json.ts';
import type { InputSecrets } from '../ports/input-secrets.ts';
import type { Sealer } from '../ports/sealer.ts';

export function createInputSecrets(sealer: Sealer): InputSecrets {
  const open = (userId: string, sealed: string): JsonValue | undefined => {
    try {
      return JSON.parse(sealer.open(sealed, contextOf(userId))) as JsonValue;
    } catch (error) {
      // Whoever asked knows the field's name and says it.
      if (AppError.is(error)) return undefined;
      throw error;
    }
  };
  return {
    seal: (userId, value) => sealer.seal(JSON.stringify(value), contextOf(userId)),
    async open({ userId }, sealed) {
      const opened = new Map<string, JsonValue>();
      for (const text of sealed) {
        const value = open(userId, text);
        if (value !== undefined) opened.set(text, value);
      }
      return opened;
    },
  };
}

function contextOf(userId: string): string {
  return JSON.stringify(['task-input', userId]);
}
