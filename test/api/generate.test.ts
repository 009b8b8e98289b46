/** `tasks.generate` over HTTP, without a model: what is refused, stored and repeated. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMemoryStore } from './support/memory-store.ts';
import { startTestApi, type TestApi } from './support/test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi(createMemoryStore());
});
afterAll(() => api.stop());

describe('tasks.generate', () => {
  it('answers a tree without storing it, and says that no model was asked', async () => {
    const { result } = await api.rpc('tasks.generate', { requirement: 'Get CPU information' });
    expect(result).toMatchObject({ count: 1, demo: { active: true, reason: 'no_llm_key' } });
    expect(result.message).toMatch(/^Successfully generated 1 task\(s\)\. Demo: planned by rules/);
    expect(result).not.toHaveProperty('root_task_id');
    const [task] = result.tasks;
    expect(task).toMatchObject({ parent_id: null, schemas: { method: 'system_info_executor' } });
    expect((await api.rpc('tasks.get', { task_id: task.id })).result).toBeNull();
    // What it answers is what tasks.create takes.
    expect((await api.rpc('tasks.create', result.tasks)).result).toMatchObject({ id: task.id });
  });

  it('stores it when told to', async () => {
    const { result } = await api.rpc('tasks.generate', { requirement: 'Get CPU information', save: true });
    expect(result.message).toContain(`saved to database (root_task_id: ${result.root_task_id})`);
    const stored = await api.rpc('tasks.get', { task_id: result.root_task_id });
    expect(stored.result).toMatchObject({
      status: 'pending',
      user_id: 'user-a',
      name: 'Get CPU information',
    });
  });

  it('gives the same answer to the same key', async () => {
    for (const save of [true, false]) {
      const headers = { 'idempotency-key': `generate-${save}` };
      const params = { requirement: 'Get CPU information', save };
      const first = await api.rpc('tasks.generate', params, headers);
      expect((await api.rpc('tasks.generate', params, headers)).result).toEqual(first.result);
      const other = await api.rpc('tasks.generate', { ...params, requirement: 'other' }, headers);
      expect(other.error?.meta['code']).toBe('idempotency_conflict');
    }
  });

  it.each([
    [{}, {}, 400, 'Requirement is required'],
    [{ requirement: '  ' }, {}, 400, 'Requirement is required'],
    [{ requirement: 'x', temperature: 3 }, {}, 400, 'temperature'],
    [{ requirement: 'x', user_id: 'user-b' }, {}, 403, 'can only generate their own resources'],
    [{ requirement: 'x' }, { 'x-llm-api-key': 'canary-no-provider' }, 400, 'X-LLM-API-KEY is malformed'],
    [{ requirement: 'x' }, { 'x-llm-api-key': 'nobody:canary' }, 400, "'nobody' has no known address"],
  ])('%j %j is %i', async (params, headers, status, text) => {
    const answer = await api.rpc('tasks.generate', params, headers as Record<string, string>);
    expect(answer.status).toBe(status);
    expect(String(answer.error?.data)).toContain(text);
    expect(JSON.stringify([answer, api.logs])).not.toContain('canary');
  });
});
