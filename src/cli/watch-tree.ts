/** Follows a run: a tree that redraws itself in a terminal, one line per event elsewhere. */
import type { StreamEvent } from '../client/client.ts';
import { type CliContext, show } from './cli-context.ts';
import { EXIT } from './exit-code.ts';
import { statusSymbol, styledStatus } from './status-style.ts';
import { shorten } from './table.ts';
import { type TreeNode, toTreeNode, treeLines } from './task-view.ts';

const REDRAW_EVERY_MS = 60;
const QUIET = new Set(['stream_end', 'task_delta', 'started']);

/** Exit code by how the run ended. `events` begins anywhere: the tree is fetched first and again at the end. */
export async function watchTree(
  context: CliContext,
  rootTaskId: string,
  events: AsyncIterable<StreamEvent>,
): Promise<number> {
  const { io, client, colors } = context;
  const root = toTreeNode(await client.tasks.tree({ task_id: rootTaskId }));
  const nodes = indexOf(root);
  const isLive = io.isTerminal && context.output === 'table';
  let drawn = 0;
  let drawnAt = 0;
  let status: string | null = null;
  for await (const event of events) {
    apply(nodes, event);
    if (event.type === 'final') status = String(event.data['status']);
    if (context.output !== 'table') io.out(`${JSON.stringify(event)}\n`);
    else if (!isLive) io.out(eventLine(context, nodes, event));
    else if (performance.now() - drawnAt > REDRAW_EVERY_MS) {
      drawn = redraw(context, root, drawn);
      drawnAt = performance.now();
    }
  }
  const ended = await client.tasks.tree({ task_id: rootTaskId });
  if (isLive) redraw(context, toTreeNode(ended), drawn);
  status ??= ended.task.status;
  if (context.output === 'table')
    io.out(`${statusSymbol(colors, status)} The tree is ${styledStatus(colors, status)}.\n`);
  if (context.output === 'table' && ended.task.result !== null)
    show({ ...context, output: 'json' }, ended.task.result, () => '');
  return status === 'completed' ? EXIT.ok : EXIT.failed;
}

function apply(nodes: ReadonlyMap<string, TreeNode>, event: StreamEvent): void {
  const { task_id: taskId, status, error, message } = event.data;
  const node = typeof taskId === 'string' ? nodes.get(taskId) : undefined;
  if (node === undefined || event.type === 'final' || event.type === 'stream_end') return;
  if (typeof status === 'string') node.status = status;
  node.error = typeof error === 'string' ? error : null;
  node.note = typeof message === 'string' ? message : null;
}

/** Goes up over what stands there and writes it anew; returns the lines written. Longer than the window is cut. */
function redraw({ io, colors }: CliContext, root: TreeNode, drawn: number): number {
  const lines = treeLines(colors, root);
  const room = Math.max(io.rows() - 2, 5);
  const shown =
    lines.length <= room ? lines : [...lines.slice(0, room - 1), `… and ${lines.length - room + 1} more`];
  const up = drawn === 0 ? '' : `\u001b[${drawn}A\u001b[J`;
  io.out(`${up}\u001b[?7l${shown.map((line) => `${line}\n`).join('')}\u001b[?7h`);
  return shown.length;
}

function eventLine(context: CliContext, nodes: ReadonlyMap<string, TreeNode>, event: StreamEvent): string {
  if (QUIET.has(event.type)) return '';
  const { task_id: taskId, status, error, message, timestamp } = event.data;
  const name = nodes.get(String(taskId))?.name ?? String(taskId ?? '');
  const text = [error, message].find((value) => typeof value === 'string');
  const time = typeof timestamp === 'string' ? timestamp.slice(11, 23) : '';
  const state = typeof status === 'string' ? ` ${styledStatus(context.colors, status)}` : '';
  return `${time} ${event.type.padEnd(14)} ${name}${state}${text === undefined ? '' : `  ${shorten(String(text), 120)}`}\n`;
}

function indexOf(root: TreeNode): Map<string, TreeNode> {
  const nodes = new Map<string, TreeNode>();
  const open = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    nodes.set(node.id, node);
    open.push(...node.children);
  }
  return nodes;
}
