/** What a conversation is called until somebody names it: the beginning of the first thing said. */

const MOST_CHARACTERS = 60;

export function titleOf(text: string): string {
  const line =
    text
      .trim()
      .split(/[\r\n]/, 1)[0]
      ?.replaceAll(/\s+/g, ' ') ?? '';
  const characters = [...line];
  if (characters.length <= MOST_CHARACTERS) return line;
  const cut = characters.slice(0, MOST_CHARACTERS).join('');
  const space = cut.lastIndexOf(' ');
  return `${cut.slice(0, space > MOST_CHARACTERS / 2 ? space : cut.length)}…`;
}
