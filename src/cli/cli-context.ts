/** What every command gets: the client, the terminal, the chosen output form. */
import type { Command } from 'commander';
import picocolors from 'picocolors';
import type { Colors } from 'picocolors/types.js';
import { stringify } from 'yaml';
import { type Client, createClient } from '../client/client.ts';
import type { CliIo } from './cli-io.ts';
import { UsageError } from './exit-code.ts';
import { isThisMachine } from './operator-key.ts';

export interface CliContext {
  readonly io: CliIo;
  readonly colors: Colors;
  readonly output: 'table' | 'json' | 'yaml' | 'csv';
  readonly client: Client;
}

/** From the global options as they stand when a command runs. */
export function contextOf(command: Command, io: CliIo): CliContext {
  const { url, apiKey, llmKey, output } = command.optsWithGlobals<{
    url: string;
    apiKey?: string;
    llmKey?: string;
    output: CliContext['output'];
  }>();
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new UsageError(`--url (or TASKGROVE_URL) must be an http:// or https:// address, got '${url}'`);
  const key = apiKey ?? (isThisMachine(url) ? io.operatorKey() : null);
  // An empty key is how to ask as a guest.
  const headers: Record<string, string> = {
    ...(key ? { 'x-api-key': key } : {}),
    ...(llmKey ? { 'x-llm-api-key': llmKey } : {}),
  };
  return {
    io,
    output,
    colors: picocolors.createColors(io.hasColors && output === 'table'),
    client: createClient({ url, headers }),
  };
}

/** Prints a value whole as JSON or YAML, or as the text made for people. Throws UsageError for other forms. */
export function show(context: CliContext, value: unknown, asText: () => string): void {
  if (context.output === 'csv') throw new UsageError('csv is for reports: give -o table, json or yaml');
  if (context.output === 'json') context.io.out(`${JSON.stringify(value, null, 2)}\n`);
  else if (context.output === 'yaml') context.io.out(stringify(value));
  else context.io.out(asText());
}
