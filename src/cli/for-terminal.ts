/** What was said may hold anything: control characters do not reach the terminal. */
export function forTerminal(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]/gu, ' ');
}
