/**
 * Every pattern of the safety engine takes time by the length of the text and no more. A static analysis proves it: no
 * timing, so no flakes. Literals are read from the sources, so that none can be forgotten.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { analyse } from 'scslre';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { CONTRACT_PATTERNS } from '../../src/safety/contract/contract-patterns.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'src', 'safety');

const literals = readdirSync(FOLDER, { recursive: true })
  .map(String)
  .filter((path) => path.endsWith('.ts'))
  .flatMap((path) => literalsOf(path));
const built = Object.entries(CONTRACT_PATTERNS).map(([name, pattern]) => ({
  where: `contract ${name}`,
  pattern,
}));

describe('patterns', () => {
  it.each([...literals, ...built])('$where $pattern', ({ pattern }) => {
    const { reports } = analyse(pattern);
    expect(reports.map(({ type, exponential }) => ({ type, exponential }))).toEqual([]);
  });

  it('are many: the reader of literals works', () => expect(literals.length).toBeGreaterThan(60));

  it.each([/(a+)+b/, /\w+@/g, /x*x*y/])('would not pass: %s', (pattern) => {
    expect(analyse(pattern).reports).not.toEqual([]);
  });

  it('are built from text only where this test knows them', () => {
    const building = readdirSync(FOLDER, { recursive: true })
      .map(String)
      .filter(
        (path) => path.endsWith('.ts') && readFileSync(join(FOLDER, path), 'utf8').includes('new RegExp('),
      );
    expect(building).toEqual(['contract/contract-patterns.ts']);
  });
});

function literalsOf(path: string): { where: string; pattern: RegExp }[] {
  const source = ts.createSourceFile(path, readFileSync(join(FOLDER, path), 'utf8'), ts.ScriptTarget.Latest);
  const found: { where: string; pattern: RegExp }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/');
      found.push({ where: path, pattern: new RegExp(node.text.slice(1, end), node.text.slice(end + 1)) });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
