/** The numbering plans of all countries, loaded with the first number that needs them: most servers never see one. */
import { createRequire } from 'node:module';
import type * as Plans from 'libphonenumber-js';

let plans: typeof Plans | undefined;

export function phonePlans(): Pick<typeof Plans, 'isPossiblePhoneNumber' | 'isValidPhoneNumber'> {
  plans ??= createRequire(import.meta.url)('libphonenumber-js') as typeof Plans;
  return plans;
}
