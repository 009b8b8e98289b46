/**
 * House rules that no linter knows: only src/config.ts reads the environment, only src/http and src/client call
 * `fetch` (in web/ only web/src/data), no file is longer than 400 lines (600 in tests). Prints each breach and ends with 1 when there is one.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './find-node.mjs';

const RULES = [
  {
    pattern: /\bprocess\.env\b/,
    folders: ['src', 'executors', 'hooks'],
    except: /^src\/config\.ts$/,
    message: 'reads the environment: take it from Config (src/config.ts)',
  },
  {
    pattern: /(?<![.\w])fetch\(/,
    folders: ['src', 'executors', 'hooks'],
    // The scripts of the documentation page and the playground run in the browser.
    except: /^src\/(http|client|api\/docs|api\/lab\/playground)\//,
    message: 'calls fetch: use the guarded client (src/http)',
  },
  {
    pattern: /(?<![.\w])fetch\(|new EventSource\(/,
    folders: ['web'],
    except: /^web\/src\/data\//,
    message: 'asks the server by itself: use web/src/data',
  },
  {
    pattern: /dangerouslySetInnerHTML|\.innerHTML\b/,
    folders: ['web'],
    except: /^$/,
    message: 'puts markup into the page: render it',
  },
];
const MOST_LINES = { src: 400, executors: 400, hooks: 400, web: 400, scripts: 400, bench: 400, test: 600 };

const breaches = [];
for (const folder of Object.keys(MOST_LINES)) {
  for (const path of sources(folder)) checkFile(folder, path);
}
for (const breach of breaches) console.error(breach);
if (breaches.length === 0) console.log('House rules hold');
process.exitCode = breaches.length === 0 ? 0 : 1;

function checkFile(folder, path) {
  const lines = readFileSync(join(ROOT, path), 'utf8').split('\n');
  if (lines.length > MOST_LINES[folder])
    breaches.push(`${path}: ${lines.length} lines, at most ${MOST_LINES[folder]}`);
  for (const rule of RULES) {
    if (!rule.folders.includes(folder) || rule.except.test(path)) continue;
    lines.forEach((line, index) => {
      const code = line.replace(/^\s*(\/\/|\/?\*).*/, '').replace(/\s\/\/ .*/, '');
      if (rule.pattern.test(code)) breaches.push(`${path}:${index + 1} ${rule.message}`);
    });
  }
}

function sources(folder) {
  return readdirSync(join(ROOT, folder), { recursive: true })
    .map((path) => `${folder}/${path.replaceAll('\\', '/')}`)
    .filter((path) => /\.(ts|tsx|mjs|js|css)$/.test(path) && !path.startsWith('web/dist/'));
}
