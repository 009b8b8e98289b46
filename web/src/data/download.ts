/** Saves what a path answers as a file, under the name that the server gives it. Throws RequestError. */
import { request } from './rest.ts';

export async function download(path: string, fallbackName: string): Promise<void> {
  const response = await request(path, { headers: { accept: '*/*' } });
  const named = /filename="?([^";]+)"?/.exec(response.headers.get('content-disposition') ?? '')?.[1];
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = named ?? fallbackName;
  link.click();
  URL.revokeObjectURL(url);
}
