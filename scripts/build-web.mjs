/** `npm run build:web`: builds the web app where it is stale; with `--force` in any case. Ends with 1 when it cannot. */
import { buildWebApp } from './web-build.mjs';

const problem = await buildWebApp({ isForced: process.argv.includes('--force') });
if (problem !== null) {
  console.error(problem);
  process.exit(1);
}
