/** Short words about what just happened; `NoticeList` shows them. */

export interface Notice {
  readonly id: number;
  readonly text: string;
  readonly isProblem: boolean;
}

const SHOWN_MS = 5_000;
let shown: readonly Notice[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

function change(next: readonly Notice[]): void {
  shown = next;
  for (const listener of listeners) listener();
}

export const notices = {
  tell(text: string, isProblem = false): void {
    const notice = { id: ++lastId, text, isProblem };
    change([...shown, notice].slice(-3));
    setTimeout(() => notices.dismiss(notice.id), isProblem ? 2 * SHOWN_MS : SHOWN_MS);
  },
  dismiss(id: number): void {
    if (shown.some((notice) => notice.id === id)) change(shown.filter((notice) => notice.id !== id));
  },
  current: (): readonly Notice[] => shown,
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};
