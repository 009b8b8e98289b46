/** Readers of option values; commander shows their complaint with the option's name. */
import { InvalidArgumentError } from 'commander';

/** A whole number from `min` on. */
export function integer(min: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < min || text.trim() === '')
      throw new InvalidArgumentError(`Give a whole number from ${min} on.`);
    return value;
  };
}

/** For options that may be repeated. */
export function collect(value: string, previous: readonly string[] | undefined): string[] {
  return [...(previous ?? []), value];
}
