/** `taskgrove tasks …` */
import type { Command } from 'commander';
import type { ExecuteAnswer, ExecuteParams, StreamEvent } from '../client/client.ts';
import type { TaskStatus } from '../core/task.ts';
import { type CliContext, show } from './cli-context.ts';
import { EXIT, UsageError } from './exit-code.ts';
import { addGenerateCommand } from './generate-command.ts';
import { collect, integer } from './option-values.ts';
import { readTasks, type TaskOptions } from './read-tasks.ts';
import type { RunAction } from './run-action.ts';
import { statusSymbol, styledStatus } from './status-style.ts';
import { taskDetails, tasksTable, toTreeNode, treeLines } from './task-view.ts';
import { watchTree } from './watch-tree.ts';

interface ListOptions {
  readonly limit: number;
  readonly offset: number;
  readonly status?: TaskStatus;
}

interface ExecuteOptions extends TaskOptions {
  readonly demo?: boolean;
  readonly fresh?: boolean;
  readonly wait?: number;
  readonly watch?: boolean;
}

export function addTasksCommands(program: Command, run: RunAction): void {
  const tasks = program.command('tasks').description('create, run and look at tasks');
  const list = (name: string, description: string, rootOnly: boolean) =>
    tasks
      .command(name)
      .description(description)
      .option('--limit <number>', 'how many', integer(1), 100)
      .option('--offset <number>', 'how many to pass over', integer(0), 0)
      .option('--status <status>', 'only these')
      .action(run((context: CliContext, options: ListOptions) => listTasks(context, options, rootOnly)));
  list('list', 'trees, newest first', true);
  list('all', 'all tasks, newest tree first', false);
  tasks.command('get <id>').description('one task in full').action(run(getTask));
  tasks.command('tree <id>').description('a task with its descendants').action(run(showTree));
  withTaskOptions(tasks.command('create').description('store tasks without running them')).action(
    run(createTasks),
  );
  withTaskOptions(tasks.command('execute [id]').description('run a stored task, or a tree from a file'))
    .option('--demo', 'canned results')
    .option('--fresh', 'run everything again, also what is finished')
    .option('--wait <seconds>', 'how long to wait for the end; 0 = not at all', integer(0))
    .option('-w, --watch', 'follow the run')
    .action(run(executeTasks));
  addGenerateCommand(tasks, 'generate', run);
  tasks
    .command('cancel <ids...>')
    .description('stop tasks and their descendants')
    .option('--force', 'do not wait for executors to stop')
    .option('--reason <text>', 'stands as the error of what is cancelled')
    .action(run(cancelTasks));
  tasks
    .command('clone <id>')
    .description('copy a task with its descendants')
    .option('--origin <type>', 'copy, link or archive', 'copy')
    .option('--no-recursive', 'only the task itself')
    .action(run(cloneTask));
  tasks
    .command('delete <id>')
    .description('delete a pending task with its descendants')
    .action(run(deleteTask));
  tasks.command('watch <id>').description("follow the tree's latest run").action(run(watchTask));
}

function withTaskOptions(command: Command): Command {
  return command
    .option('-f, --file <path>', 'JSON or YAML file with a task, a list, or {tasks}; - for standard input')
    .option('--name <name>', 'name of a single task')
    .option('--executor <id>', 'its executor')
    .option('--input <name=value>', 'one of its inputs; may be repeated', collect);
}

async function listTasks(context: CliContext, options: ListOptions, rootOnly: boolean): Promise<number> {
  const { limit, offset, status } = options;
  const filter = { limit, offset, root_only: rootOnly, ...(status === undefined ? {} : { status }) };
  const found = await context.client.tasks.list(filter);
  show(context, found, () => tasksTable(context.colors, found));
  return EXIT.ok;
}

async function getTask(context: CliContext, id: string): Promise<number> {
  const task = await context.client.tasks.get({ task_id: id });
  if (task === null) throw new UsageError(`Task ${id} not found`);
  show(context, task, () => taskDetails(context.colors, task));
  return EXIT.ok;
}

async function showTree(context: CliContext, id: string): Promise<number> {
  const tree = await context.client.tasks.tree({ task_id: id });
  show(context, tree, () => `${treeLines(context.colors, toTreeNode(tree)).join('\n')}\n`);
  return EXIT.ok;
}

async function createTasks(context: CliContext, options: TaskOptions): Promise<number> {
  const tasks = await readTasks(options, context.io);
  if (tasks === null) throw new UsageError('Nothing to create: give --file, or --name and --executor');
  const created = await context.client.tasks.create(tasks);
  const list = Array.isArray(created) ? created : [created];
  show(context, created, () => tasksTable(context.colors, list));
  return EXIT.ok;
}

async function executeTasks(
  context: CliContext,
  id: string | undefined,
  options: ExecuteOptions,
): Promise<number> {
  const tasks = await readTasks(options, context.io);
  if ((tasks === null) === (id === undefined))
    throw new UsageError('Give either the id of a stored task, or --file, or --name and --executor');
  const params: ExecuteParams = {
    ...(tasks === null ? { task_id: id as string } : { tasks }),
    ...(options.demo ? { use_demo: true } : {}),
    ...(options.fresh ? { fresh: true } : {}),
    ...(options.wait === undefined ? {} : { wait_seconds: options.wait }),
  };
  if (options.watch) return watchExecution(context, context.client.execute(params, { stream: true }));
  const answer = await context.client.execute(params);
  show(context, answer, () => answerText(context, answer));
  return exitOf(answer);
}

/** The first event says which tree it is; the rest is handed on. */
async function watchExecution(context: CliContext, events: AsyncGenerator<StreamEvent>): Promise<number> {
  const first = await events.next();
  if (first.done) return EXIT.failed;
  const answer = first.value.data as unknown as ExecuteAnswer;
  if (answer.status === 'already_running')
    context.io.err('The tree is running already; following that run.\n');
  return watchTree(context, answer.task_id ?? answer.root_task_id, events);
}

function answerText({ colors }: CliContext, answer: ExecuteAnswer): string {
  const status = answer.tree_status ?? answer.status;
  const head = `${statusSymbol(colors, status)} ${answer.root_task_id} ${styledStatus(colors, status)}`;
  const run = answer.run_id === undefined ? '' : colors.dim(`  run ${answer.run_id}`);
  const error = answer.error === undefined ? '' : `${colors.red(answer.error)}\n`;
  const isWaiting = answer.tree_status === 'in_progress' || answer.status === 'already_running';
  const hint = isWaiting ? `Follow it with: taskgrove tasks watch ${answer.root_task_id}\n` : '';
  const result = answer.result == null ? '' : `${JSON.stringify(answer.result, null, 2)}\n`;
  return `${head}${run}\n${error}${result}${demoText(answer)}${hint}`;
}

function demoText({ demo_tasks: canned = 0, task_count: all = canned }: ExecuteAnswer): string {
  return canned === 0 ? '' : `Demo: ${canned} of ${all} results are canned\n`;
}

function exitOf(answer: ExecuteAnswer): number {
  if (answer.status === 'already_running') return EXIT.refused;
  return answer.success ? EXIT.ok : EXIT.failed;
}

async function cancelTasks(
  context: CliContext,
  ids: string[],
  options: { force?: boolean; reason?: string },
): Promise<number> {
  const answers = await context.client.tasks.cancel({
    task_ids: ids,
    ...(options.force ? { force: true } : {}),
    ...(options.reason === undefined ? {} : { error_message: options.reason }),
  });
  const { colors } = context;
  show(context, answers, () =>
    answers
      .map((answer) => `${statusSymbol(colors, answer.status)} ${answer.task_id}  ${answer.message}\n`)
      .join(''),
  );
  return answers.every((answer) => answer.status === 'cancelled') ? EXIT.ok : EXIT.failed;
}

async function cloneTask(
  context: CliContext,
  id: string,
  options: { origin: string; recursive: boolean },
): Promise<number> {
  const { origin, recursive } = options;
  if (origin !== 'copy' && origin !== 'link' && origin !== 'archive')
    throw new UsageError(`--origin ${origin}: known are copy, link and archive`);
  const cloned = await context.client.tasks.clone({ task_id: id, origin_type: origin, recursive });
  show(context, cloned, () => tasksTable(context.colors, Array.isArray(cloned) ? cloned : [cloned]));
  return EXIT.ok;
}

async function deleteTask(context: CliContext, id: string): Promise<number> {
  const answer = await context.client.tasks.delete({ task_id: id });
  show(
    context,
    answer,
    () => `Deleted ${answer.deleted_count} ${answer.deleted_count === 1 ? 'task' : 'tasks'}.\n`,
  );
  return EXIT.ok;
}

async function watchTask(context: CliContext, id: string): Promise<number> {
  const [latest] = await context.client.runs.list({ task_id: id, limit: 1 });
  if (latest === undefined) throw new UsageError(`Task ${id} has no run yet: taskgrove tasks execute ${id}`);
  return watchTree(context, latest.target_task_id, context.client.events(latest.run_id));
}
