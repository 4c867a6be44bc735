import { afterAll, describe, expect, it } from 'vitest';
import { ROW_GROUPS } from '../../server/src/semantics/table.ts';
import { NOT_EXECUTED, namesUnder } from './walk/notExecuted.ts';
import { PROBES } from './walk/probes.ts';
import { rowsInScope, summary, versionsOf, type Walked, walkRow } from './walk/walk.ts';

const REASONS = Object.keys(NOT_EXECUTED);
const names = [...new Set(rowsInScope().map(({ name }) => name))];
const listed = REASONS.flatMap(namesUnder);
const walked: Walked[] = [];

describe('each row of the machine’s groups', () => {
  it('is either run or listed with a reason why not', () => {
    expect(names.filter(name => !(name in PROBES) && !listed.includes(name))).toEqual([]);
  });

  it('leaves the list where it is run, and the list names each function once', () => {
    expect(listed.filter(name => name in PROBES)).toEqual([]);
    expect(listed.filter((name, at) => listed.indexOf(name) !== at)).toEqual([]);
  });

  it('is in the table: neither probes nor reasons speak of other functions', () => {
    expect([...Object.keys(PROBES), ...listed].filter(name => !names.includes(name))).toEqual([]);
  });
});

describe('a walk over the rows', () => {
  for (const row of rowsInScope().filter(({ name }) => name in PROBES))
    it.each(versionsOf(row))(`${row.name} (${row.source}) does on %s what its row says`, version => {
      const result = walkRow(row, version, 'bounded');
      walked.push(result);
      expect(result.runs).toBeGreaterThan(0);
      expect(result.complaints.slice(0, 10)).toEqual([]);
    });
});

/** Rows made wrong on purpose: a walk that finds nothing wrong with them proves nothing. */
describe('a walk over wrong rows', () => {
  const rowOf = (name: string, kind = 'acquire') => {
    const row = rowsInScope().find(each => each.name === name && versionsOf(each).includes('6.12'))!;
    return { row, effect: row.effects.find(each => each.kind === kind)! };
  };

  it.each([
    ['iov_iter_extract_pages', { hold: 'get-if-user-backed' }],
    ['iov_iter_extract_pages', { hold: 'by-direction' }],
    ['iov_iter_extract_pages', { iteratorKinds: ['iovec', 'ubuf', 'bvec', 'xarray', 'folioq'] }],
    ['iov_iter_extract_pages', { arrayOnError: 'freed' }],
    ['iov_iter_extract_pages', { advances: false }],
    ['iov_iter_get_pages2', { hold: 'pin' }],
    ['iov_iter_get_pages2', { iteratorKinds: undefined }],
    ['iov_iter_get_pages_alloc2', { arrayOnError: 'kept' }],
    ['extract_iter_to_sg', { returns: 'zero-or-error' }],
    ['netfs_extract_user_iter', { returns: 'byte-count' }],
    ['bio_iov_iter_get_pages', { hold: 'get' }],
    ['bio_iov_iter_get_pages', { returns: 'byte-count' }],
    ['pin_user_pages_fast', { hold: 'get' }],
    ['pin_user_pages_fast', { refusedFlags: ['FOLL_PIN', 'FOLL_GET'] }],
    ['get_user_pages', { refusedFlags: ['FOLL_PIN', 'FOLL_LONGTERM', 'FOLL_FORCE'] }],
    ['get_user_pages', { refusedFlags: ['FOLL_PIN', 'FOLL_LONGTERM', 'FOLL_WRITE'] }],
    ['memfd_pin_folios', { hold: 'get' }],
    ['folio_try_get', { returns: 'always' }],
    ['page_ref_add', { asked: undefined }],
  ])('complains about %s with %o', (name, change) => {
    const { row, effect } = rowOf(name);
    const wrong = { ...row, effects: [{ ...effect, ...change }] } as typeof row;
    expect(walkRow(wrong, '6.12', 'bounded').complaints.length).toBeGreaterThan(0);
  });

  it.each([
    ['put_page', { hold: 'pin' }],
    ['unpin_user_page', { hold: 'get' }],
    ['unpin_user_pages_dirty_lock', { dirties: undefined }],
    ['unpin_user_pages_dirty_lock', { dirties: true }],
    ['unpin_user_pages', { dirties: 3 }],
    ['__bio_release_pages', { ignoresFlags: undefined }],
    ['bio_release_pages', { ignoresFlags: true }],
    ['bio_check_pages_dirty', { dirties: undefined }],
  ])('complains about the release %s with %o', (name, change) => {
    const { row, effect } = rowOf(name, 'release');
    const wrong = { ...row, effects: [{ ...effect, ...change }] } as typeof row;
    expect(walkRow(wrong, '6.12', 'bounded').complaints.length).toBeGreaterThan(0);
  });

  it.each([
    ['import_iovec', 'construct', { iteratorKinds: ['iovec'] }],
    ['iov_iter_kvec', 'construct', { iteratorKinds: ['kvec', 'bvec'] }],
    ['user_backed_iter', 'query', { iteratorKinds: ['iovec'] }],
    ['iov_iter_rw', 'query', { question: 'count' }],
    ['iov_iter_truncate', 'position', { by: 'advance' }],
    ['copy_to_iter', 'transfer', { direction: 'source' }],
    ['bio_add_page', 'store', { takes: 'consumes' }],
  ])('complains about %s, %s, with %o', (name, kind, change) => {
    const { row, effect } = rowOf(name, kind);
    const wrong = { ...row, effects: [{ ...effect, ...change }] } as typeof row;
    expect(walkRow(wrong, '6.12', 'bounded').complaints.length).toBeGreaterThan(0);
  });
});

afterAll(() => {
  console.table(summary(walked));
  console.table(
    REASONS.map(reason => ({ 'not executed because': reason, functions: namesUnder(reason).length })),
  );
  const rows = Object.values(ROW_GROUPS).flat().length;
  console.log(`${walked.length} rows × kernels run; ${names.length} functions in scope, ${rows} rows in all`);
});
