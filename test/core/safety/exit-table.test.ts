/** The table of exits is the one that clients of persona-lab know. */
import { expect, it } from 'vitest';
import { listExits, makeExit } from '../../../src/core/safety/exit-table.ts';
import { latencyExit } from '../../../src/core/safety/latency-exit.ts';

it('has eleven reasons in their order', () => {
  expect(listExits().map(({ reason, severity }) => [reason, severity])).toEqual([
    ['kill_switch', 'high'],
    ['prompt_too_long', 'low'],
    ['policy_violation', 'medium'],
    ['sensitive_pii', 'high'],
    ['jailbreak_detected', 'medium'],
    ['latency_budget', 'low'],
    ['token_budget', 'low'],
    ['cost_budget', 'low'],
    ['rate_limit', 'low'],
    ['malformed_input', 'low'],
    ['unspecified', 'low'],
  ]);
});

it('gives an exit the severity of its reason', () => {
  expect(makeExit('rate_limit', 'Slow down.', { per_minute: 5 })).toEqual({
    reason: 'rate_limit',
    severity: 'low',
    message: 'Slow down.',
    details: { per_minute: 5 },
  });
});

it('exits when more than the latency budget is spent, and always on a negative one', () => {
  expect(latencyExit(10, 10, 'before')).toBeNull();
  expect(latencyExit(0, -1, 'before')).toEqual({
    reason: 'latency_budget',
    severity: 'low',
    message: 'Latency budget exceeded before generation.',
    details: { elapsed_ms: 0, budget_ms: -1 },
  });
  expect(latencyExit(11.7, 10, 'during')?.message).toBe('Latency budget exceeded during generation.');
});
