/** `npm start`: the server, on a Node that can run it. */
import { runScript } from './find-node.mjs';

runScript('src/main.ts', process.argv.slice(2));
