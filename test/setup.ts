import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';

/** Property tests repeat the same cases, so that a red run is about the change; FC_SEED explores others. */
fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? 1) });

/** Tests, and what they start, leave the user's indexes alone. */
process.env.PINSIGHT_CACHE ??= mkdtempSync(join(tmpdir(), 'pinsight-cache-'));
