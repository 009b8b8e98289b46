#!/usr/bin/env node
/** The `taskgrove` command, on a Node that can run it. */
import { runScript } from './find-node.mjs';

runScript('src/cli/main.ts', process.argv.slice(2));
