/** Tasks as text: a table of many, one in full, and a tree. */
import type { Colors } from 'picocolors/types.js';
import { stringify } from 'yaml';
import type { TaskTree } from '../client/client.ts';
import { executorIdOf, type Task } from '../core/task.ts';
import { statusSymbol, styledStatus } from './status-style.ts';
import { renderTable, shorten } from './table.ts';

const NAME_WIDTH = 40;
const ERROR_WIDTH = 80;

export function tasksTable(colors: Colors, tasks: readonly Task[]): string {
  if (tasks.length === 0) return 'No tasks.\n';
  const rows = tasks.map((task) => [
    task.id,
    shorten(task.name, NAME_WIDTH),
    styledStatus(colors, task.status),
    `${Math.round((task.progress ?? 0) * 100)}%`,
    executorIdOf({ params: task.params ?? {}, schemas: task.schemas ?? {} }) ?? '-',
    (task.created_at ?? '').slice(0, 19).replace('T', ' '),
  ]);
  return renderTable(['ID', 'NAME', 'STATUS', 'DONE', 'EXECUTOR', 'CREATED (UTC)'], rows);
}

/** Everything that is set, result and error last, where the eye ends. */
export function taskDetails(colors: Colors, task: Task): string {
  const { result, error, ...fields } = task;
  const set = Object.entries(fields).filter(([, value]) => !isEmpty(value));
  const head = `${statusSymbol(colors, task.status)} ${colors.bold(task.name)}\n`;
  const tail = { ...(error === null ? {} : { error }), ...(result === null ? {} : { result }) };
  return head + stringify({ ...Object.fromEntries(set), ...tail });
}

/** One node of what is drawn: fetched once, then kept up to date by events. */
export interface TreeNode {
  readonly id: string;
  readonly name: string;
  status: string;
  error: string | null;
  note: string | null;
  readonly children: TreeNode[];
}

export function toTreeNode(tree: TaskTree): TreeNode {
  const { id, name, status, error } = tree.task;
  return { id, name, status, error, note: null, children: tree.children.map(toTreeNode) };
}

/** One line per task, drawn with branches. Written without recursion: trees may be 100 deep and 10,000 wide. */
export function treeLines(colors: Colors, root: TreeNode): string[] {
  const lines: string[] = [];
  const open: { node: TreeNode; branch: string; indent: string }[] = [{ node: root, branch: '', indent: '' }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, branch, indent } = next;
    lines.push(`${colors.dim(branch)}${statusSymbol(colors, node.status)} ${nodeText(colors, node)}`);
    for (let index = node.children.length - 1; index >= 0; index--) {
      const isLast = index === node.children.length - 1;
      open.push({
        node: node.children[index] as TreeNode,
        branch: `${indent}${isLast ? '└─ ' : '├─ '}`,
        indent: `${indent}${isLast ? '   ' : '│  '}`,
      });
    }
  }
  return lines;
}

function nodeText(colors: Colors, node: TreeNode): string {
  const id = node.id === node.name ? '' : ` ${colors.dim(node.id)}`;
  const reason = node.error === null ? '' : `  ${shorten(node.error.replace(/\s+/g, ' '), ERROR_WIDTH)}`;
  const note =
    node.note === null || node.error !== null ? '' : `  ${colors.dim(shorten(node.note, ERROR_WIDTH))}`;
  return `${node.name}${id} ${styledStatus(colors, node.status)}${reason}${note}`;
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
