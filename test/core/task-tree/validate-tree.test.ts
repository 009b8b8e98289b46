/** Every rule and text of creation, then random trees: valid ones pass, one broken rule is named as such. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import { taskSchema } from '../../../src/core/task.ts';
import { validateTree } from '../../../src/core/task-tree/validate-tree.ts';

const CASES = 100_000;
const NOW = '2026-11-21T02:31:37.374585+00:00';

function create(input: unknown, overrides: { userId?: string; isAdmin?: boolean } = {}) {
  let next = 0;
  return validateTree(input, {
    userId: 'ann',
    isAdmin: false,
    now: NOW,
    newId: () => `new-${++next}`,
    ...overrides,
  });
}

function refusal(input: unknown, overrides = {}): string {
  try {
    create(input, overrides);
  } catch (error) {
    if (AppError.is(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

describe('validateTree: what it makes', () => {
  it('fills the contract defaults, in the contract order', () => {
    const [task] = create({ name: 'only-name', status: 'completed', result: 1, progress: 1 });
    expect(task).toMatchObject({
      id: 'new-1',
      parent_id: null,
      task_tree_id: 'new-1',
      user_id: 'ann',
      status: 'pending',
      priority: 1,
      dependencies: [],
      inputs: {},
      params: {},
      schemas: {},
      result: null,
      progress: 0,
      has_children: false,
      origin_type: 'create',
      created_at: NOW,
      position: 0,
      stored_inputs: {},
    });
    expect(Object.keys(task ?? {}).slice(0, 39)).toEqual(Object.keys(taskSchema.shape));
  });

  it('resolves names and keeps the shape of dependencies', () => {
    const tasks = create([
      { name: 'P' },
      { name: 'C1', parent_id: 'P' },
      { name: 'C2', parent_id: 'P', dependencies: ['C1'] },
      { name: 'C3', parent_id: 'P', dependencies: [{ name: 'C1', required: false, type: 'result' }] },
      { name: 'C4', parent_id: 'P', dependencies: [{ id: 'new-2', required: true }, { id: 'C2' }] },
    ]);
    expect(tasks.map((task) => task.parent_id)).toEqual([null, 'new-1', 'new-1', 'new-1', 'new-1']);
    expect(JSON.stringify(tasks.slice(2).map((task) => task.dependencies))).toBe(
      '[["new-2"],[{"required":false,"type":"result","id":"new-2"}],[{"id":"new-2","required":true},{"id":"new-3"}]]',
    );
    expect(tasks[0]?.has_children).toBe(true);
    expect(tasks[1]?.has_children).toBe(false);
  });

  it('puts the root first and prefers ids to names', () => {
    const tasks = create([
      { id: 'a', name: 'b', parent_id: 'r', dependencies: ['b'] },
      { id: 'b', name: 'x', parent_id: 'r' },
      {
        id: 'r',
        name: 'root',
        schedule_type: 'daily',
        schedule_start_at: '2026-01-02T03:04',
        policy: { max_attempts: 2 },
      },
    ]);
    expect(tasks.map((task) => [task.id, task.position])).toEqual([
      ['r', 0],
      ['a', 1],
      ['b', 2],
    ]);
    expect(tasks[1]?.dependencies).toEqual(['b']);
    expect(tasks[0]).toMatchObject({
      schedule_type: 'daily',
      schedule_start_at: '2026-01-02T03:04:00.000000+00:00',
      policy: { max_attempts: 2 },
    });
  });

  it('lets an admin create for somebody else, and a parent depend on its children', () => {
    expect(create({ name: 'a', user_id: 'bob' }, { isAdmin: true })[0]?.user_id).toBe('bob');
    expect(
      create([
        { name: 'r', dependencies: ['c'] },
        { name: 'c', parent_id: 'r' },
      ]),
    ).toHaveLength(2);
  });

  it('treats __proto__ as data', () => {
    const input = JSON.parse(
      '[{"id":"__proto__","name":"constructor","inputs":{"__proto__":{"polluted":1}},"__proto__":{"status":"failed"}},{"name":"c","parent_id":"__proto__","dependencies":[{"id":"toString"}]},{"name":"toString","parent_id":"constructor"}]',
    ) as unknown;
    const tasks = create(input);
    expect(tasks[1]?.dependencies).toEqual([{ id: 'new-2' }]);
    expect(JSON.stringify(tasks[0]?.inputs)).toBe('{"__proto__":{"polluted":1}}');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('validateTree: what it refuses', () => {
  const root = { id: 'r', name: 'root' };
  const child = (more: object) => [root, { id: 'c', name: 'child', parent_id: 'r', ...more }];
  const deep = JSON.parse(`${'['.repeat(10_000)}${']'.repeat(10_000)}`) as unknown;
  const cases: [string, unknown, string][] = [
    ['an empty array', [], 'Tasks array cannot be empty'],
    ['a non-object', ['x'], 'Task at index 0 must be an object, got str'],
    ['no name', [{ id: 'x' }], "Task at index 0 must have a 'name' field"],
    ['a name that is no string', [{ name: 3 }], "Task at index 0: 'name' must be a str, got int"],
    ['a long name', { name: 'n'.repeat(101) }, 'at most 100 characters, got 101'],
    ['a name twice', [root, { name: 'root', parent_id: 'r' }], "name 'root' is not unique"],
    ['an id twice', [root, { id: 'r', name: 'b', parent_id: 'r' }], "Duplicate task id 'r' at index 1"],
    ['a long id', { id: 'i'.repeat(201), name: 'a' }, "'id' must be 1 to 200 printable characters"],
    ['a control character in an id', { id: 'a\nb', name: 'a' }, "'id' must be 1 to 200 printable"],
    ['a lone surrogate in a name', { name: 'a\ud800' }, 'half of a surrogate pair'],
    [
      'a NUL in inputs',
      child({ inputs: { a: [{ b: 'x\0' }] } }),
      "Task 'c': 'inputs' cannot be stored: inputs.a[0].b contains a NUL",
    ],
    ['a NUL in a key', child({ params: { 'k\0': 1 } }), 'a key of params contains a NUL'],
    ['deep inputs', child({ inputs: { deep } }), 'is nested deeper than 200 levels'],
    ['large inputs', child({ inputs: { text: 'é'.repeat(600_000) } }), 'at most 1048576 bytes of JSON'],
    [
      'an unknown parent',
      [root, { name: 'c', parent_id: 'nope' }],
      "Task 'c' at index 1 has parent_id 'nope' which is not in the tasks array",
    ],
    [
      'an unknown dependency',
      child({ dependencies: [{ id: 'nope' }] }),
      "Task 'child' at index 1 has dependency reference 'nope' which is not in",
    ],
    [
      'dependencies that are no list',
      child({ dependencies: 'x' }),
      "Task 'c': 'dependencies' must be a list, got str",
    ],
    [
      'a dependency without reference',
      child({ dependencies: [{}] }),
      "dependencies[0] must have 'id' or 'name' field",
    ],
    [
      'a dependency that is a number',
      child({ dependencies: [1] }),
      'dependencies[0] must be a str or a dict, got int',
    ],
    [
      'required that is no bool',
      child({ dependencies: [{ id: 'r', required: 1 }] }),
      "has 'required' that must be a bool, got int",
    ],
    ['two roots', [root, { name: 'b' }], "Multiple root tasks found: ['root', 'b']"],
    [
      'a parent cycle',
      [
        { name: 'a', parent_id: 'b' },
        { name: 'b', parent_id: 'a' },
      ],
      "involving task 'a'",
    ],
    [
      'a cycle beside the root',
      [root, { name: 'a', parent_id: 'b' }, { name: 'b', parent_id: 'a' }],
      "involving task 'a'",
    ],
    [
      'a dependency on itself',
      child({ dependencies: ['c'] }),
      "Circular dependency detected involving task 'c'. Tasks cannot have circular dependencies as this would cause infinite loops.",
    ],
    [
      'a dependency on an ancestor',
      child({ dependencies: ['r'] }),
      "Circular dependency detected involving task 'r'",
    ],
    [
      'a priority out of range',
      child({ priority: 4 }),
      "Task 'c': 'priority' must be from 0 (urgent) to 3 (low), got 4",
    ],
    ['a priority that is no integer', child({ priority: true }), "'priority' must be an int, got bool"],
    ['inputs that are a list', child({ inputs: [] }), "Task 'c': 'inputs' must be a dict, got list"],
    ['an unknown schedule type', child({ schedule_type: 'yearly' }), 'is not a known schedule type'],
    ['a bad policy', child({ policy: { max_attempts: 0 } }), "'policy' is not valid: max_attempts"],
    [
      'mixed owners',
      [root, { name: 'b', parent_id: 'r', user_id: 'ann' }, { name: 'c', parent_id: 'r', user_id: 'bob' }],
      "Permission denied: User ann can only create their own resources, not user bob's resources",
    ],
  ];
  it.each(cases)('%s', (_, input, text) => {
    expect(refusal(input)).toContain(text);
    expect(refusal(input)).toMatch(/^(invalid_params|forbidden): /);
  });

  it('one owner a tree, also for an admin', () => {
    const input = [
      { name: 'a', user_id: 'ann' },
      { name: 'b', parent_id: 'a', user_id: 'bob' },
    ];
    expect(refusal(input, { isAdmin: true })).toContain('All tasks of a tree must have one user_id');
  });

  it('too many and too deep, without overflowing', () => {
    const chain = Array.from({ length: 10_000 }, (_, index) => ({
      name: `t${index}`,
      ...(index > 0 ? { parent_id: `t${index - 1}` } : {}),
    }));
    expect(refusal(chain)).toContain("Task 't100' is deeper than 100 levels");
    expect(refusal([...chain, { name: 'one more', parent_id: 't0' }])).toContain(
      'at most 10000 tasks, got 10001',
    );
    expect(create(chain.slice(0, 100))).toHaveLength(100);
    const row = chain.map((task, index) =>
      index === 0
        ? task
        : { name: task.name, parent_id: 't0', dependencies: index > 1 ? [`t${index - 1}`] : [] },
    );
    expect(create(row)).toHaveLength(10_000);
    row[1] = { name: 't1', parent_id: 't0', dependencies: ['t9999'] };
    expect(refusal(row)).toContain('Circular dependency');
  });
});

interface Posted {
  id?: string;
  name: string;
  parent_id?: string;
  dependencies: (string | { id: string; required?: boolean })[];
  priority?: number;
}

/** Tasks 1… hang under an earlier one and depend only on later ones: never a cycle. Half refer by name. */
function randomTree(choices: readonly number[]): Posted[] {
  return choices.map((choice, index) => {
    const refer = (other: number) => ((choices[other] as number) % 2 === 0 ? `id${other}` : `name ${other}`);
    const later = index + 1 + ((choice >> 4) % 5);
    return {
      ...(choice % 2 === 0 ? { id: `id${index}` } : {}),
      name: `name ${index}`,
      ...(index > 0 ? { parent_id: refer(choice % index) } : {}),
      dependencies: later < choices.length ? [(choice & 2) === 0 ? refer(later) : { id: refer(later) }] : [],
      priority: choice % 4,
    };
  });
}

/** Breaks one rule in task `at`; gives the text that must name it, or null when the tree is too small for it. */
const BREAKS: ((tasks: Posted[], at: number) => string | null)[] = [
  (tasks, at) => {
    (tasks[at] as Posted).dependencies = [`name ${at}`];
    return 'Circular dependency detected';
  },
  (tasks, at) => {
    if (at === 0) return null;
    (tasks[at] as Posted).dependencies.push('name 0');
    return 'Circular dependency detected';
  },
  (tasks, at) => {
    (tasks[at] as Posted).dependencies.push('nobody');
    return "dependency reference 'nobody'";
  },
  (tasks, at) => {
    if (at === 0) return null;
    (tasks[at] as Posted).parent_id = 'nobody';
    return "parent_id 'nobody'";
  },
  (tasks, at) => {
    if (at === 0) return null;
    delete (tasks[at] as Posted).parent_id;
    return 'Multiple root tasks';
  },
  (tasks, at) => {
    if (at === 0) return null;
    (tasks[at] as Posted).name = 'name 0';
    return 'is not unique';
  },
  (tasks, at) => {
    (tasks[at] as Posted).priority = 9;
    return "'priority' must be";
  },
];

describe('validateTree on random trees', () => {
  it(`takes the valid and names the fault of the others, ${CASES} times`, { timeout: 120_000 }, () => {
    const choices = fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 12 });
    const breaking = fc.nat(BREAKS.length);
    fc.assert(
      fc.property(choices, breaking, fc.nat(11), (list, kind, place) => {
        const tasks = randomTree(list);
        // Name references of others must not break with the name itself.
        const expected = BREAKS[kind]?.(tasks, place % tasks.length) ?? null;
        const outcome = refusal(tasks);
        if (expected === null) return outcome === 'accepted';
        return kind === 5 ? outcome !== 'accepted' : outcome.includes(expected);
      }),
      { numRuns: CASES, seed: 20_261_121 },
    );
  });
});
