/** Is node_modules what package-lock.json says? Plain JavaScript for Node 18 and newer, without dependencies. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const MARKER = '.taskgrove-installed.json';

function lockHash(root) {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}

/** True when nothing needs installing. `withDev`: the packages of the tests count too. */
export function isInstalled(root, withDev) {
  return markerCovers(root, withDev) || npmRecordCovers(root, withDev);
}

/** Remembers that node_modules is up to date with the lock file, so that the next look is one small file. */
export function markInstalled(root, withDev) {
  writeFileSync(join(root, 'node_modules', MARKER), JSON.stringify({ lock: lockHash(root), withDev }));
}

function markerCovers(root, withDev) {
  const marker = readJson(join(root, 'node_modules', MARKER));
  return marker !== null && marker.lock === lockHash(root) && (marker.withDev || !withDev);
}

/** npm's own record of what it installed: for somebody who ran `npm ci` by hand. */
function npmRecordCovers(root, withDev) {
  const record = readJson(join(root, 'node_modules', '.package-lock.json'));
  const lock = readJson(join(root, 'package-lock.json'));
  if (record === null || lock === null) return false;
  return Object.entries(lock.packages).every(([path, wanted]) => {
    // Optional packages are for other platforms as well; peers that nobody installed are no loss.
    if (path === '' || wanted.optional || wanted.peer || (wanted.dev && !withDev)) return true;
    if (wanted.devOptional && !withDev) return true;
    return record.packages?.[path]?.version === wanted.version && existsSync(join(root, path));
  });
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    // Absent or half written: the same as not installed.
    return null;
  }
}
