/** What a planning model says in tests: requirements by number, a plan that can be used for each, and ways to get it wrong. */

export interface BadAnswer {
  readonly write: (number: number) => string;
  /** What a refusal must say about it. */
  readonly reason: RegExp;
}

const SUBJECTS = ['a shop', 'the release', 'my garden', 'ein Umzug', '請求書', 'an audit', 'the “Q3” report'];
const WORK = [
  'check the machine',
  'read the news page',
  'sum the prices',
  'wait and look again',
  'ask a model',
];

export function requirementNumber(number: number): string {
  const [subject, work] = [SUBJECTS[number % SUBJECTS.length], WORK[number % WORK.length]];
  return `For ${subject} (${number}): ${work}, then gather what was found.`;
}

type Planned = Record<string, unknown>;

const LEAVES: readonly ((name: string) => Planned)[] = [
  (name) => ({ name, executor: 'system_info_executor', inputs: { resource: 'memory' } }),
  (name) => ({ name, executor: 'scrape_executor', inputs: { url: 'https://example.com/news' } }),
  (name) => ({
    name,
    executor: 'transform_executor',
    inputs: { expression: '$sum(prices)', data: { prices: [1, 2.5] } },
  }),
  (name) => ({ name, executor: 'wait_executor', inputs: { seconds: 2 }, priority: 3 }),
  (name) => ({ name, executor: 'llm_executor', inputs: { prompt: 'What should be looked at first?' } }),
];

function goodTasks(number: number): [Planned, ...Planned[]] {
  const count = 1 + (number % 6);
  const names = Array.from({ length: count }, (_, index) => `step ${index + 1}`);
  const leaves = names.map((name, index) => ({
    ...LEAVES[(number + index) % LEAVES.length]?.(name),
    parent: 'result',
    depends_on: index > 0 && number % 3 === 0 ? [names[index - 1]] : [],
  }));
  return [{ name: 'result', executor: 'aggregate_results_executor', depends_on: names }, ...leaves];
}

const plan = (...tasks: Planned[]) => JSON.stringify({ tasks });

export const goodAnswer = (number: number): string => plan(...goodTasks(number));

/** A good plan with its first step changed. */
const withFirst = (change: Planned) => (number: number) => {
  const [root, first, ...others] = goodTasks(number);
  return plan(root, { ...first, ...change }, ...others);
};

const chain = (length: number): Planned[] =>
  Array.from({ length }, (_, index) => ({
    name: `level ${index}`,
    executor: 'system_info_executor',
    inputs: { resource: 'cpu' },
    ...(index === 0 ? {} : { parent: `level ${index - 1}` }),
  }));

const noJson = /not complete, valid JSON/;

export const badAnswers: Readonly<Record<string, BadAnswer>> = {
  'no JSON': { write: () => 'I would first look at the machine.', reason: noJson },
  'cut JSON': { write: (number) => goodAnswer(number).slice(0, -9), reason: noJson },
  'prose around JSON': { write: (number) => `Sure! ${goodAnswer(number)} Enjoy.`, reason: noJson },
  'an empty answer': { write: () => ' ', reason: noJson },
  'unknown executor': {
    write: withFirst({ executor: 'magic_executor' }),
    reason: /'step 1': unknown executor 'magic_executor'/,
  },
  'executor that is off': {
    write: withFirst({ executor: 'command_executor', inputs: { command: 'ls' } }),
    reason: /'step 1': executor 'command_executor' is not available \(.+\)/,
  },
  'no executor, no children': { write: withFirst({ executor: null }), reason: /'step 1': names no executor/ },
  'a cycle': {
    write: () => {
      const [root, first, second] = goodTasks(1) as [Planned, Planned, Planned];
      return plan(
        root,
        { ...first, depends_on: ['step 2'] },
        { ...second, name: 'step 2', depends_on: ['step 1'] },
      );
    },
    reason: /circular|cycle/i,
  },
  'depends on itself': { write: withFirst({ depends_on: ['step 1'] }), reason: /circular|cycle|itself/i },
  'depends on its parent': { write: withFirst({ depends_on: ['result'] }), reason: /circular|cycle/i },
  'two roots': {
    write: withFirst({ parent: null }),
    reason: /Multiple root tasks found: \['result', 'step 1'\]/,
  },
  'dangling dependency': {
    write: withFirst({ depends_on: ['step 99'] }),
    reason: /dependency reference 'step 99' which is not in the tasks array/,
  },
  'dangling parent': { write: withFirst({ parent: 'nobody' }), reason: /parent_id 'nobody' which is not in/ },
  'wrong inputs': {
    write: withFirst({ executor: 'system_info_executor', inputs: { resource: 'gpu' } }),
    reason: /'step 1': inputs\.resource: /,
  },
  'missing inputs': {
    write: withFirst({ executor: 'rest_executor', inputs: {}, depends_on: [] }),
    reason: /'step 1': inputs\.url: /,
  },
  'duplicate names': {
    write: (number) => plan(...goodTasks(number), ...goodTasks(number).slice(1, 2)),
    reason: /'step 1'.*(duplicate|unique|more than once)|(duplicate|unique).*'step 1'/i,
  },
  'an empty list': { write: () => plan(), reason: /tasks: Too small/ },
  'no list': { write: () => '{"plan": "look at it"}', reason: /tasks: Invalid input: expected array/ },
  'wrong types': {
    write: withFirst({ name: 7, inputs: 'cpu', depends_on: 'step 2' }),
    reason: /tasks\.1\.name: .*expected string[\s\S]*tasks\.1\.inputs: [\s\S]*tasks\.1\.depends_on: /,
  },
  'a priority there is none of': { write: withFirst({ priority: 9 }), reason: /tasks\.1\.priority: / },
  'absurd depth': { write: () => plan(...chain(150)), reason: /tasks: Too big/ },
  'a name no database stores': { write: withFirst({ name: 'step\u0000 1' }), reason: /name/ },
};
