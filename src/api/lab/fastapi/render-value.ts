/** What a client has sent, as an answer repeats it: numbers as they were written, not as JavaScript reads them. */
import { PyNumber, type PyValue } from './python-json.ts';

export function renderValue(value: PyValue): string {
  if (value instanceof PyNumber) return renderNumber(value);
  if (Array.isArray(value)) return `[${value.map(renderValue).join(',')}]`;
  if (value instanceof Map) {
    const members = [...value].map(([key, member]) => `${JSON.stringify(key)}:${renderValue(member)}`);
    return `{${members.join(',')}}`;
  }
  return JSON.stringify(value);
}

/** NaN and the infinities have no JSON form; neither has a float that overflows. */
function renderNumber(number: PyNumber): string {
  // An integer has no negative zero.
  if (number.text === '-0') return '0';
  return Number.isFinite(number.value) || !number.isFloat ? number.text : 'null';
}
