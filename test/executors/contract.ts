/** What every executor promises, whoever wrote it. Run on each one the registry finds. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { AnyExecutor, ExecutorContext } from '../../src/core/executor.ts';
import type { JsonObject } from '../../src/core/json.ts';

/** Builds a context whose `input` is parsed from `input`; see make-context.ts. */
export type ContextFactory = (
  executor: AnyExecutor,
  input: JsonObject,
  overrides?: Partial<ExecutorContext<unknown>>,
) => ExecutorContext<unknown>;

const ABORT_LIMIT_MS = 1_000;

/** Defines the tests of one executor. `fileName` is the module's name in the executors folder. */
export function executorContract(executor: AnyExecutor, makeContext: ContextFactory, fileName: string): void {
  describe(`${executor.id} keeps the contract`, () => {
    test('its id is snake_case and names its file', () => {
      expect(executor.id).toMatch(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/);
      expect(fileName.replace(/\.(ts|js)$/, '')).toBe(executor.id.replaceAll('_', '-'));
    });

    test('its metadata says something', () => {
      for (const text of [executor.name, executor.description, ...executor.tags, ...executor.examples]) {
        expect(text.trim()).not.toBe('');
      }
      expect(executor.tags.length).toBeGreaterThan(0);
      expect(executor.examples.length).toBeGreaterThan(0);
    });

    test('its schemas are JSON Schemas and every input is described', () => {
      for (const [schema, io] of [
        [executor.input, 'input'],
        [executor.output, 'output'],
      ] as const) {
        const derived = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
        const copy = JSON.parse(JSON.stringify(derived));
        expect(copy).toMatchObject({ $schema: expect.any(String) });
        expect(() => z.fromJSONSchema(copy)).not.toThrow();
      }
      const { properties = {} } = z.toJSONSchema(executor.input, { io: 'input', unrepresentable: 'any' });
      for (const [name, property] of Object.entries(properties)) {
        expect(property, `input "${name}"`).toHaveProperty('description');
      }
    });

    test('its demo input is valid, also to a reader of the JSON Schema, and its demo result fits its output', () => {
      executor.input.parse(executor.demoInput);
      const derived = z.toJSONSchema(executor.input, { io: 'input', unrepresentable: 'any' });
      z.fromJSONSchema(JSON.parse(JSON.stringify(derived))).parse(executor.demoInput);
      const demo = executor.demo({ input: executor.demoInput, task: { id: 'demo', name: 'Demo' } });
      executor.output.parse(demo);
      expect(JSON.parse(JSON.stringify(demo))).toEqual(demo);
      // Demo mode takes inputs as they come.
      executor.output.parse(executor.demo({ input: {}, task: { id: 'demo', name: 'Demo' } }));
    });

    test('it stops within a second of an abort', async () => {
      const abort = new AbortController();
      const context = makeContext(executor, executor.demoInput, {
        signal: abort.signal,
        http: {
          request: ({ signal }) => untilAborted(signal),
          stream: ({ signal }) => untilAborted(signal),
        },
        network: {
          connect: ({ signal }) => untilAborted(signal),
          resolve: () => untilAborted(abort.signal),
        },
        runExecutor: () => untilAborted(abort.signal),
        llm: {
          chat: () => untilAborted(abort.signal),
          // biome-ignore lint/correctness/useYield: no piece ever comes
          async *stream() {
            await untilAborted(abort.signal);
          },
          route: () => untilAborted(abort.signal),
        },
      });
      const settled = executor.run(context).then(
        () => Date.now(),
        () => Date.now(),
      );
      const abortedAt = Date.now();
      abort.abort();
      expect((await settled) - abortedAt).toBeLessThan(ABORT_LIMIT_MS);
    });

    test('it passes its idempotency key to every effect over HTTP', async () => {
      const seen: string[] = [];
      const context = makeContext(executor, executor.demoInput, {
        http: {
          request: async ({ method, headers }) => {
            if (method !== undefined && method !== 'GET') seen.push(headers?.['idempotency-key'] ?? 'none');
            throw new Error('No network in this test');
          },
          stream: async () => {
            throw new Error('No network in this test');
          },
        },
      });
      await executor.run(context).catch(() => undefined);
      expect(seen.every((key) => key === context.idempotencyKey)).toBe(true);
    });
  });
}

function untilAborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
  });
}
