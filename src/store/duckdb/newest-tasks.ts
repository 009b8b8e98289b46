/**
 * The newest tasks of each user in the order of `tasks.list`, for the one process that owns the file: a page of them
 * costs no look at the whole table. Always as committed; what it cannot answer alone is read.
 */
import { LRUCache } from 'lru-cache';
import type { TaskRecord } from '../../core/task.ts';
import type { TaskFilter } from '../../ports/store.ts';
import type { Row } from '../schema.ts';

/** What decides a task's place, and whether it is a root. */
interface Place {
  readonly id: string;
  readonly treeId: string;
  readonly treeCreatedAt: string;
  readonly position: number;
}

interface Newest {
  /** Newest first: all there are back to the last of them. */
  places: Place[];
  /** There are no older ones. */
  isWhole: boolean;
}

export const KEPT_PLACES = 500;
const KEPT_USERS = 1_000;
/** The list of everybody's tasks, which admins see. */
const EVERYBODY = Symbol('everybody');
type Owner = string | typeof EVERYBODY;

export class NewestTasks {
  readonly #lists = new LRUCache<Owner, Newest>({ max: KEPT_USERS });
  /** Loads under way; a write in the meantime makes what they bring stale. */
  readonly #loading = new Map<Owner, { isStale: boolean }>();

  /** The ids of a page, or null when rows must be asked. `read` gives the `KEPT_PLACES` + 1 newest rows. */
  async page(
    filter: TaskFilter,
    read: (userId: string | undefined) => Promise<Row[]>,
  ): Promise<string[] | null> {
    if (filter.status !== undefined || filter.offset + filter.limit > KEPT_PLACES) return null;
    const owner = filter.userId ?? EVERYBODY;
    const newest = this.#lists.get(owner) ?? (await this.#load(owner, () => read(filter.userId)));
    const fitting = filter.rootOnly === true ? newest.places.filter(isRoot) : newest.places;
    const end = filter.offset + filter.limit;
    if (fitting.length < end && !newest.isWhole) return null;
    return fitting.slice(filter.offset, end).map(({ id }) => id);
  }

  created(tasks: readonly TaskRecord[]): void {
    const ofOwners = Map.groupBy<Owner, TaskRecord>(tasks, (task) => task.user_id ?? '').set(EVERYBODY, [
      ...tasks,
    ]);
    for (const [owner, owned] of ofOwners) {
      this.#touch(owner);
      const newest = this.#lists.peek(owner);
      if (newest === undefined) continue;
      if (owned.length > KEPT_PLACES) this.#lists.delete(owner);
      else this.#add(newest, placesOf(owned));
    }
  }

  deleted(tasks: readonly { readonly id: string; readonly userId: string }[]): void {
    const gone = new Set(tasks.map(({ id }) => id));
    for (const owner of new Set<Owner>([...tasks.map(({ userId }) => userId), EVERYBODY])) {
      this.#touch(owner);
      const newest = this.#lists.peek(owner);
      if (newest !== undefined) newest.places = newest.places.filter(({ id }) => !gone.has(id));
    }
  }

  #add(newest: Newest, places: readonly Place[]): void {
    const oldest = newest.places.at(-1);
    // Behind the end of what is known there may be others that are not.
    const known = places.filter(
      (place) => newest.isWhole || (oldest !== undefined && inOrder(place, oldest) < 0),
    );
    newest.places = [...newest.places, ...known].sort(inOrder);
    if (newest.places.length <= KEPT_PLACES) return;
    newest.places.length = KEPT_PLACES;
    newest.isWhole = false;
  }

  async #load(owner: Owner, read: () => Promise<Row[]>): Promise<Newest> {
    const ticket = { isStale: false };
    const isFirst = !this.#loading.has(owner);
    if (isFirst) this.#loading.set(owner, ticket);
    try {
      const rows = await read();
      const places = rows.slice(0, KEPT_PLACES).map(rowToPlace);
      const newest = { places, isWhole: rows.length <= KEPT_PLACES };
      if (isFirst && !ticket.isStale) this.#lists.set(owner, newest);
      return newest;
    } finally {
      if (isFirst) this.#loading.delete(owner);
    }
  }

  #touch(owner: Owner): void {
    const ticket = this.#loading.get(owner);
    if (ticket !== undefined) ticket.isStale = true;
  }
}

function isRoot(place: Place): boolean {
  return place.id === place.treeId;
}

function placesOf(tasks: readonly TaskRecord[]): Place[] {
  const created = new Map(tasks.map((task) => [task.id, task.created_at]));
  return tasks.map((task) => ({
    id: task.id,
    treeId: task.task_tree_id ?? task.id,
    treeCreatedAt: created.get(task.task_tree_id ?? task.id) ?? task.created_at ?? '',
    position: task.position,
  }));
}

function rowToPlace(row: Row): Place {
  return {
    id: String(row['id']),
    treeId: String(row['task_tree_id']),
    treeCreatedAt: String(row['tree_created_at']),
    position: Number(row['position']),
  };
}

/** As the SQL orders: newest trees first, then the tree's own order. */
function inOrder(left: Place, right: Place): number {
  return (
    compare(right.treeCreatedAt, left.treeCreatedAt) ||
    compare(right.treeId, left.treeId) ||
    left.position - right.position ||
    compare(left.id, right.id)
  );
}

/** By bytes, as the database compares. */
function compare(left: string, right: string): number {
  return left === right ? 0 : Buffer.compare(Buffer.from(left), Buffer.from(right));
}
