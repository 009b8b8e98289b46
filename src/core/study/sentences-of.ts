/** Splits what somebody says into sentences, each exactly as it stands in the text. */

export function sentencesOf(text: string): string[] {
  return (text.match(/[^.!?\n]+(?:[.!?]+(?=["”’)]*(?:\s|$))["”’)]*|[.!?]+|\n|$)/g) ?? [])
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence.length > 1);
}
