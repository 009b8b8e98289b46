/** Reads the Prometheus text that the Temporal SDK serves on a loopback port of this very process. */
import { get } from 'node:http';

const TIMEOUT_MS = 1_000;

/** `address` is `host:port`. Rejects when nothing answers with 200 within a second. */
export function readCoreMetrics(address: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(`http://${address}/metrics`, { timeout: TIMEOUT_MS }, (response) => {
      if (response.statusCode !== 200) {
        response.resume();
        reject(new Error(`status ${response.statusCode}`));
        return;
      }
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('error', reject);
      response.on('end', () => resolve(text));
    });
    request.on('timeout', () => request.destroy(new Error('timed out')));
    request.on('error', reject);
  });
}
