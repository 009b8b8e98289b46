/** Splits a command line into words as a shell would, without being one: quotes and backslashes, nothing else. */
import { AppError } from '../src/core/errors.ts';

const SHELL_ONLY = new Set(['|', '&', ';', '<', '>', '`', '\n']);

/**
 * @throws AppError `task_failed` for an open quote, an empty line, or unquoted shell syntax (pipes, redirections,
 * substitutions), which would silently mean something else here.
 */
export function splitCommand(line: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote = '';
  for (let index = 0; index < line.length; index++) {
    const character = line[index] as string;
    const next = line[index + 1] ?? '';
    if (quote !== '') {
      if (character === quote) quote = '';
      else if (quote === '"' && character === '\\' && '"\\$`'.includes(next) && next !== '') {
        word = `${word ?? ''}${next}`;
        index += 1;
      } else word = `${word ?? ''}${character}`;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (character === '\\' && next !== '') {
      word = `${word ?? ''}${next}`;
      index += 1;
    } else if (SHELL_ONLY.has(character) || (character === '$' && next === '(')) {
      throw new AppError(
        'task_failed',
        `The command uses shell syntax (${JSON.stringify(character)}), but no shell runs it. Quote it, or use tasks of their own`,
      );
    } else if (/\s/.test(character)) {
      if (word !== null) words.push(word);
      word = null;
    } else word = `${word ?? ''}${character}`;
  }
  if (quote !== '') throw new AppError('task_failed', `The command has an open quote (${quote})`);
  if (word !== null) words.push(word);
  if (words.length === 0) throw new AppError('task_failed', 'The command is empty');
  return words;
}
