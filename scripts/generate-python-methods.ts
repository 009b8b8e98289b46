/** Writes the Python client's methods. Run it after a change of the method table; a test fails until it was. */
import { writeFileSync } from 'node:fs';
import { pythonMethods } from './python-methods.ts';

writeFileSync(new URL('../clients/python/src/taskgrove_client/methods.py', import.meta.url), pythonMethods());
