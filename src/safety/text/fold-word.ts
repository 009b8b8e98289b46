/** A word in the form that word lists are kept in: lower case, no accents, foreign look-alikes read as Latin letters. */
import { CONFUSABLES } from './confusables.ts';
import { LATIN_FORMS } from './latin-forms.ts';

const ASCII = /^[ -~]*$/;
const MARKS = /\p{M}/gu;
const LATIN = /\p{Script=Latin}/u;
const RARE_LATIN = /[^\P{Script=Latin}a-z]/gu;
const FOREIGN = /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Cherokee}\p{Script=Armenian}]/u;

/** `isLatinText`: most of the text around is Latin, so that a word all of look-alikes is meant as one. */
export function foldWord(word: string, isLatinText: boolean): string {
  if (ASCII.test(word)) return word.toLowerCase();
  const plain = FOREIGN.test(word) ? latinized(word, isLatinText) : word;
  const folded = plain.normalize('NFD').replace(MARKS, '').toLowerCase();
  return folded.replace(RARE_LATIN, (letter) => LATIN_FORMS.get(letter) ?? letter);
}

/** Mixed alphabets are a disguise; a word of one alphabet is a word of its language unless every letter could deceive. */
function latinized(word: string, isLatinText: boolean): string {
  let swapped = '';
  let isComplete = true;
  for (const character of word) {
    const latin = CONFUSABLES.get(character);
    if (latin === undefined && FOREIGN.test(character)) isComplete = false;
    swapped += latin ?? character;
  }
  const isMixed = LATIN.test(word);
  return isMixed || (isComplete && isLatinText) ? swapped : word;
}
