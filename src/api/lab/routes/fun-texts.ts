/** Words of the fun routes. Which one is shown follows the clock, so that everybody sees the same. */

export const LOGO = `
______                                 _           _
| ___ \\                               | |         | |
| |_/ /__ _ __ ___  ___  _ __   __ _  | |     __ _| |__
|  __/ _ \\ '__/ __|/ _ \\| '_ \\ / _\` | | |    / _\` | '_ \\
| | |  __/ |  \\__ \\ (_) | | | | (_| | | |___| (_| | |_) |
\\_|  \\___|_|  |___/\\___/|_| |_|\\__,_| \\_____/\\__,_|_.__/


`;

/** By the minute. */
export const TAGLINES = [
  'Small steps, shipped often.',
  'Pi-first, portable everywhere.',
  'One file, one idea.',
  'Measure first, then tune.',
] as const;

/** By the day of the year, a tip with each. */
export const QUOTES = [
  'Small services, big impact.',
  'Ship the boring version first.',
  'A log line is a letter to yourself.',
  'What is not measured is guessed.',
  'The best retry is the one that is safe.',
] as const;
export const TIPS = [
  'Use `python -m pytest` to avoid PATH issues.',
  'Give every request an id; you will look for it.',
  'Pin what you depend on.',
  'Probe readiness, not hope.',
  'Let a failing check name the way out.',
] as const;

export const MOODS: Readonly<Record<string, string>> = {
  happy: '😄',
  sad: '😔',
  cool: '😎',
  party: '🥳',
  thinking: '🤔',
};
