/** `taskgrove doctor`: checks what a start needs, one line each, with the way out where something is missing. */
import { access, constants, mkdir, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import colors from 'picocolors';
import type { Config } from '../config.ts';
import { openStore } from '../store/open-store.ts';
import { cachedCliPath, findOnPath, isExecutable } from '../temporal/dev-server/find-cli.ts';
import { portOwner } from './port-owner.ts';

interface Finding {
  readonly name: string;
  readonly isFine: boolean;
  readonly text: string;
}

const MIN_NODE = [22, 18] as const;
const MIN_FREE_BYTES = 1024 ** 3;
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Prints the findings; false when one of them would stop a start. */
export async function runDoctor(config: Config, print: (line: string) => void): Promise<boolean> {
  const findings = [
    checkNode(),
    await checkDataDir(config),
    await checkDisk(config),
    await checkDatabase(config),
    await checkTemporal(config),
    await checkPort(config),
  ];
  for (const { name, isFine, text } of findings) {
    print(`${isFine ? colors.green('ok  ') : colors.red('fail')}  ${name.padEnd(10)} ${text}`);
  }
  return findings.every(({ isFine }) => isFine);
}

function checkNode(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isFine = major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1]);
  const text = isFine ? process.versions.node : `${process.versions.node} is too old: npm ci brings Node 24`;
  return { name: 'Node', isFine, text };
}

async function checkDataDir(config: Config): Promise<Finding> {
  try {
    await mkdir(config.dataDir, { recursive: true });
    await access(config.dataDir, constants.W_OK);
    return { name: 'Data', isFine: true, text: config.dataDir };
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'error';
    return {
      name: 'Data',
      isFine: false,
      text: `${config.dataDir} cannot be written (${reason}): set DATA_DIR`,
    };
  }
}

async function checkDisk(config: Config): Promise<Finding> {
  const { bavail, bsize } = await statfs(config.dataDir).catch(() => ({ bavail: 0, bsize: 0 }));
  const free = bavail * bsize;
  const text = `${(free / 1024 ** 3).toFixed(1)} GiB free`;
  return {
    name: 'Disk',
    isFine: free >= MIN_FREE_BYTES,
    text: free >= MIN_FREE_BYTES ? text : `${text}: make room`,
  };
}

async function checkDatabase(config: Config): Promise<Finding> {
  try {
    const databaseUrl = config.databaseUrl?.reveal() ?? null;
    const store = await openStore({ databaseUrl, dataDir: config.dataDir, logger: silent });
    await store.close();
    return { name: 'Database', isFine: true, text: `${store.kind} opens` };
  } catch (error) {
    return { name: 'Database', isFine: false, text: error instanceof Error ? error.message : String(error) };
  }
}

async function checkTemporal(config: Config): Promise<Finding> {
  if (config.temporalAddress !== null) {
    return { name: 'Temporal', isFine: true, text: `uses the server at ${config.temporalAddress}` };
  }
  const known = [
    config.temporalCliPath,
    await findOnPath('temporal', config.childEnvironment['PATH']),
    cachedCliPath(config.cacheDir),
  ];
  for (const path of known) {
    if (path !== null && (await isExecutable(path)))
      return { name: 'Temporal', isFine: true, text: `own server with ${path}` };
  }
  return {
    name: 'Temporal',
    isFine: true,
    text: 'no temporal program yet: npm start downloads or builds one',
  };
}

async function checkPort(config: Config): Promise<Finding> {
  const isFree = await new Promise<boolean>((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(config.port, config.host, () => probe.close(() => resolve(true)));
  });
  if (isFree) return { name: 'Port', isFine: true, text: `${config.port} is free` };
  const owner = (await portOwner(config.port)) ?? 'another program';
  return { name: 'Port', isFine: false, text: `${config.port} is taken by ${owner}: stop it, or set PORT` };
}
