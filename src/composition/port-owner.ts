/** Who holds a port: the process behind a listening socket, found in /proc. Other systems get a plain "another program". */
import { readdir, readFile, readlink } from 'node:fs/promises';

const LISTEN_STATE = '0A';

/** `taskgrove (pid 4711)`-like text, or null when it cannot be told. */
export async function portOwner(port: number): Promise<string | null> {
  try {
    const inodes = new Set([
      ...(await listeners('/proc/net/tcp', port)),
      ...(await listeners('/proc/net/tcp6', port)),
    ]);
    if (inodes.size === 0) return null;
    for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
      if (await holdsSocket(pid, inodes)) return `${await commandOf(pid)} (pid ${pid})`;
    }
    return null;
  } catch {
    // No /proc, or not ours to read: the caller says what it knows without a name.
    return null;
  }
}

async function listeners(table: string, port: number): Promise<string[]> {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  const lines = (await readFile(table, 'utf8')).split('\n').slice(1);
  return lines.flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const isListening = fields[3] === LISTEN_STATE && fields[1]?.endsWith(`:${wanted}`);
    return isListening && fields[9] !== undefined ? [fields[9]] : [];
  });
}

async function holdsSocket(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  const names = await readdir(`/proc/${pid}/fd`).catch(() => []);
  for (const name of names) {
    const target = await readlink(`/proc/${pid}/fd/${name}`).catch(() => '');
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    if (inode !== undefined && inodes.has(inode)) return true;
  }
  return false;
}

async function commandOf(pid: string): Promise<string> {
  const parts = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0').filter((part) => part !== '');
  const script = parts.slice(1).find((part) => !part.startsWith('-'));
  const program = parts[0]?.split('/').at(-1) ?? 'a program';
  return script === undefined ? program : `${program} ${script.split('/').slice(-2).join('/')}`;
}
