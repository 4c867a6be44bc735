import { describe, expect, it } from 'vitest';
import {
  kernelOf,
  WARNINGS,
  type Warning,
  warningPlace,
} from '../../server/src/semantics/machine/kernels.ts';
import { kernelTree, linesOf } from './kernelTree.ts';

const PLACE = /^(\S+\.c):(\d+)$/;

describe('the places of warnings', () => {
  for (const version of ['6.1', '6.12'] as const) {
    const tree = kernelTree(version);
    it.skipIf(!tree)(`are WARN lines of ${version}`, () => {
      const kernel = kernelOf(version);
      const places = (Object.keys(WARNINGS) as Warning[])
        .map(warning => PLACE.exec(warningPlace(kernel, warning)))
        .filter(match => match !== null);
      expect(places.length).toBeGreaterThan(8);
      for (const [place, file = '', line] of places)
        expect(`${place} ${linesOf(tree ?? '', file)[Number(line) - 1]}`).toContain('WARN_ON');
    });
  }

  it('are the names of the warnings where a version has no place for them', () => {
    expect(warningPlace(kernelOf('v7'), 'noPagesWanted')).toBe('noPagesWanted');
  });
});
