import {$} from 'zx';

/** Has everything written on this file system before a record says that it is there. Where `sync` knows no `-f` it takes all disks. */
export async function syncDisk(folder: string): Promise<void> {
  const {BASH_ENV: _, ...env} = process.env;
  const sync = $({env, stdio: ['ignore', 'pipe', 'pipe'], quiet: true, nothrow: true});
  const {exitCode} = await sync`sync -f ${folder}`;
  if (exitCode !== 0) await sync`sync`;
}
