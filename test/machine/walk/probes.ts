import { BIO_PROBES } from './bioRows.ts';
import { COPY_PROBES } from './copies.ts';
import { EXTRACTION_PROBES } from './extractions.ts';
import { ITERATOR_PROBES } from './iteratorRows.ts';
import type { Probe } from './probe.ts';
import { RELEASE_PROBES } from './releases.ts';
import { SINGLE_PAGE_PROBES } from './singlePages.ts';
import { USER_PAGES_PROBES } from './userPages.ts';

/** How each function is run, by its name. */
export const PROBES: Readonly<Record<string, Probe>> = {
  ...EXTRACTION_PROBES,
  ...USER_PAGES_PROBES,
  ...SINGLE_PAGE_PROBES,
  ...RELEASE_PROBES,
  ...BIO_PROBES,
  ...ITERATOR_PROBES,
  ...COPY_PROBES,
};
