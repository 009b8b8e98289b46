/** Started without a network: makes the demo result of every executor and prints what it came to, one JSON line each. */
import net from 'node:net';
import { fileURLToPath } from 'node:url';
import { loadRegistry } from '../../src/registry/load-executors.ts';
import { testSettings } from './make-context.ts';

let attempts = 0;
const { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function attempt(this: net.Socket, ...rest: Parameters<typeof connect>) {
  attempts++;
  return connect.apply(this, rest);
} as typeof connect;

const directory = fileURLToPath(new URL('../../executors', import.meta.url));
const registry = await loadRegistry({ directory, settings: testSettings });
for (const executor of registry.all()) {
  const task = { id: 'task-1', name: executor.name };
  const result: unknown = executor.demo({ input: executor.demoInput, task });
  const fits = executor.output.safeParse(result).success;
  // Whatever a demo might have started behind its result gets its turn.
  await new Promise((resolve) => setImmediate(resolve));
  console.log(JSON.stringify({ id: executor.id, fits, attempts }));
}
