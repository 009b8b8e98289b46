/** Update, delete and clone: the contract's texts, word for word, and what a clone carries over. */
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/core/json.ts';
import type { TaskRecord } from '../../../src/core/task.ts';
import { checkDelete } from '../../../src/core/task-tree/check-delete.ts';
import { checkUpdate, updateFailure } from '../../../src/core/task-tree/check-update.ts';
import { type CloneTreeOptions, cloneTree } from '../../../src/core/task-tree/clone-tree.ts';
import { taskTreeView, treeProgress } from '../../../src/core/task-tree/roll-up.ts';
import { validateTree } from '../../../src/core/task-tree/validate-tree.ts';

const NOW = '2026-11-21T02:31:37.374585+00:00';

function tree(changes: Record<string, Partial<TaskRecord>> = {}): TaskRecord[] {
  const posted = [
    { id: 'root', name: 'root' },
    { id: 'a', name: 'na', parent_id: 'root', inputs: { x: 1 } },
    { id: 'b', name: 'nb', parent_id: 'root', dependencies: [{ id: 'a', required: true }] },
    { id: 'b1', name: 'nb1', parent_id: 'b' },
  ];
  const rows = validateTree(posted, { userId: 'ann', isAdmin: false, now: NOW, newId: () => 'unused' });
  return rows.map((task) => ({ ...task, ...changes[task.id] }));
}

const pick = (rows: readonly TaskRecord[], id: string) => rows.find((task) => task.id === id) as TaskRecord;

describe('checkUpdate', () => {
  const texts = (id: string, params: JsonObject, rows = tree()) =>
    checkUpdate(pick(rows, id), rows, params).problems;

  it('refuses structure, in one text', () => {
    expect(updateFailure(texts('b', { parent_id: 'x', user_id: 'y' }))).toMatchObject({
      code: 'invalid_params',
      message:
        "Update failed:\n- Cannot update 'parent_id': field cannot be modified (task hierarchy is fixed)\n- Cannot update 'user_id': field cannot be modified (task ownership is fixed)",
    });
  });

  it.each<[string, JsonObject, string]>([
    ['b', { dependencies: [{ id: 'nope' }] }, "Dependency reference 'nope' not found for user 'ann'"],
    [
      'b',
      { dependencies: [{ id: 'b' }] },
      "Circular dependency detected involving task 'b'. Tasks cannot have circular dependencies as this would cause infinite loops.",
    ],
    ['b', { dependencies: 'x' }, "Cannot update 'dependencies': must be a list, got str"],
    ['b', { dependencies: [7] }, "Cannot update 'dependencies': entry 0 must be a str or a dict, got int"],
    ['b', { name: '' }, "Cannot update 'name': must not be empty"],
    ['b', { inputs: [] }, "Cannot update 'inputs': must be a dict, got list"],
    ['b', { progress: 2 }, "Cannot update 'progress': must be between 0.0 and 1.0, got 2"],
    ['b', { schedule_enabled: 1 }, "Cannot update 'schedule_enabled': must be a bool, got int"],
    [
      'b',
      { result: { a: 'x\0' } },
      "Cannot update 'result': cannot be stored: result.a contains a NUL character (\\u0000), which cannot be stored; remove it",
    ],
    [
      'b',
      { status: 'banana' },
      "Cannot update 'status': 'banana' is not a known status (must be one of: pending, in_progress, completed, failed, cancelled, skipped)",
    ],
  ])('%s %j', (id, params, text) => {
    expect(texts(id, params)).toEqual([text]);
  });

  it('takes dependencies only while pending, acyclic and with no executing dependant', () => {
    const done = tree({ a: { status: 'completed' } });
    expect(texts('a', { dependencies: [] }, done)).toEqual([
      "Cannot update 'dependencies': task status is 'completed' (must be 'pending')",
    ]);
    expect(texts('a', { dependencies: ['b'] })[0]).toContain("involving task 'a'");
    expect(texts('b1', { dependencies: ['root'] })[0]).toContain('Circular dependency');
    const busy = tree({ b: { status: 'in_progress' } });
    expect(texts('a', { dependencies: [] }, busy)).toEqual([
      "Cannot update dependencies: task 'a' has dependent tasks that are executing: ['b']",
    ]);
  });

  it('gives the patch, ignores what it does not know, stamps times', () => {
    const rows = tree();
    const params = {
      nope: 1,
      task_id: 'b',
      name: 'n',
      inputs: null,
      dependencies: ['na'],
      status: 'completed',
    };
    expect(checkUpdate(pick(rows, 'b'), rows, params, NOW)).toEqual({
      patch: { name: 'n', inputs: {}, dependencies: ['a'], status: 'completed', completed_at: NOW },
      problems: [],
    });
  });
});

describe('checkDelete', () => {
  const message = (
    task: { id: string; status: TaskRecord['status'] },
    subtree: TaskRecord[],
    linked: string[] = [],
  ) => {
    try {
      checkDelete(task, subtree, linked);
    } catch (error) {
      return (error as Error).message;
    }
    return null;
  };

  it('names every reason', () => {
    const rows = tree({ a: { status: 'completed' }, b1: { status: 'failed' } });
    expect(message({ id: 'root', status: 'pending' }, rows)).toBe(
      'Cannot delete task: task has 2 non-pending children: [a: completed, b1: failed]',
    );
    expect(message({ id: 'a', status: 'completed' }, [])).toBe(
      "Cannot delete task: task status is 'completed' (must be 'pending')",
    );
    expect(message({ id: 'root', status: 'completed' }, rows)).toBe(
      "Cannot delete task: task has 2 non-pending children: [a: completed, b1: failed]; task status is 'completed' (must be 'pending')",
    );
    expect(message({ id: 'root', status: 'pending' }, tree(), ['b'])).toContain(
      'link to 1 of its tasks: [b]',
    );
    expect(message({ id: 'root', status: 'pending' }, tree())).toBeNull();
  });
});

describe('cloneTree', () => {
  const done = Object.fromEntries(
    ['root', 'a', 'b', 'b1'].map((id) => [
      id,
      { status: 'completed' as const, result: { of: id }, progress: 1 },
    ]),
  );
  const clone = (rows: TaskRecord[], id: string, more: Partial<CloneTreeOptions> = {}) => {
    let next = 0;
    return cloneTree({
      source: pick(rows, id),
      tree: rows,
      mode: 'copy',
      recursive: true,
      linkTaskIds: [],
      resetFields: {},
      userId: 'ann',
      now: NOW,
      newId: () => `n${next++}`,
      ...more,
    });
  };

  it('copies into a tree of its own, pending, from the stored inputs', () => {
    const rows = tree({ ...done, a: { ...done['a'], inputs: { x: 1, injected: 2 } } });
    const { tasks, referenced } = clone(rows, 'root', { resetFields: { priority: 3 } });
    expect(tasks.map((task) => [task.id, task.parent_id, task.task_tree_id, task.original_task_id])).toEqual([
      ['n0', null, 'n0', 'root'],
      ['n1', 'n0', 'n0', 'a'],
      ['n2', 'n0', 'n0', 'b'],
      ['n3', 'n2', 'n0', 'b1'],
    ]);
    expect(tasks[1]).toMatchObject({
      status: 'pending',
      result: null,
      inputs: { x: 1 },
      origin_type: 'copy',
      priority: 3,
    });
    expect(tasks[2]?.dependencies).toEqual([{ id: 'n1', required: true }]);
    expect(referenced).toEqual(['root', 'a', 'b', 'b1']);
  });

  it('makes a copied child a root, unless it depends on what stays behind', () => {
    expect(clone(tree(), 'a').tasks[0]).toMatchObject({ parent_id: null, task_tree_id: 'n0' });
    expect(() => clone(tree(), 'b')).toThrow("it depends on task 'a', which is outside the copied subtree");
    expect(clone(tree(), 'b', { recursive: false }).tasks).toMatchObject([
      { dependencies: [], has_children: false },
    ]);
  });

  it('links and archives only what completed', () => {
    expect(() => clone(tree(), 'root', { mode: 'link' })).toThrow("task 'root' is 'pending'");
    expect(() => clone(tree(), 'root', { mode: 'archive' })).toThrow("Cannot archive task 'root'");
    const { tasks } = clone(tree(done), 'root', { mode: 'link' });
    expect(tasks[3]).toMatchObject({
      status: 'completed',
      result: { of: 'b1' },
      inputs: {},
      origin_type: 'link',
    });
    const archive = clone(tree(done), 'root', { mode: 'archive' });
    expect(archive.archived).toEqual(['root', 'a', 'b', 'b1']);
    expect(archive.tasks.map((task) => [task.id, task.origin_type])[0]).toEqual(['root', 'archive']);
  });

  it('mixes, and refuses what it cannot do', () => {
    const mixed = clone(tree(done), 'root', { mode: 'mixed', linkTaskIds: ['a'] });
    expect(mixed.tasks.map((task) => task.origin_type)).toEqual(['copy', 'link', 'copy', 'copy']);
    expect(() => clone(tree(done), 'root', { mode: 'mixed', linkTaskIds: ['zz'] })).toThrow(
      "task 'zz' is not among",
    );
    expect(() => clone(tree(), 'root', { resetFields: { parent_id: 'x', priority: 9 } })).toThrow(
      'hierarchy is fixed',
    );
    expect(() => clone(tree(), 'root', { resetFields: { user_id: 'bob' } })).toThrow(
      'Permission denied: User ann',
    );
  });
});

describe('roll-up', () => {
  it('is the mean of the nodes and nests without recursion', () => {
    expect(treeProgress([{ progress: 1 }, { progress: 0.5 }])).toBe(0.75);
    expect(treeProgress([])).toBe(0);
    const view = taskTreeView(tree(), 'root');
    expect(view.children.map((node) => [node.task.id, node.children.map((leaf) => leaf.task.id)])).toEqual([
      ['a', []],
      ['b', ['b1']],
    ]);
    expect(() => taskTreeView(tree(), 'zz')).toThrow('Task zz not found');
    const chain = Array.from({ length: 20_000 }, (_, index) => ({
      id: `${index}`,
      parent_id: index === 0 ? null : `${index - 1}`,
    }));
    expect(taskTreeView(chain, '0').children).toHaveLength(1);
  });
});
