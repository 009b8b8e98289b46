/** The floor for reads: a bare Koa server that parses a JSON-RPC body and answers a task, in a process of its own. */
import Koa from 'koa';

const task = JSON.parse(process.argv[2] ?? '{}') as unknown;
const app = new Koa();
app.use((context) => {
  return new Promise<void>((resolve, reject) => {
    const chunks: Buffer[] = [];
    context.req.on('data', (chunk: Buffer) => chunks.push(chunk));
    context.req.on('error', reject);
    context.req.on('end', () => {
      const { id } = JSON.parse(Buffer.concat(chunks).toString()) as { id: unknown };
      context.body = { jsonrpc: '2.0', id, result: task };
      resolve();
    });
  });
});
const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' && address !== null ? address.port : 0}\n`);
});
