/** Groups are the same for all time and on every machine. */
import { expect, test } from 'vitest';
import { assignGroup } from '../../src/experiments/assign-group.ts';

test('by the last bit of the hash of the id', () => {
  const users = ['alice', 'bob', 'carol', 'dave', 'erin', '', 'üñï-€', 'user-123'];
  expect(users.map(assignGroup).join('')).toBe('ABBABBAA');
});
