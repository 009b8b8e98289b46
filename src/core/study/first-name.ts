/** What others call somebody: the first name, without titles in front of it. */

export function firstName(name: string): string {
  const parts = name.split(' ').filter((part) => part !== '');
  return parts.find((part) => !part.endsWith('.')) ?? name;
}
