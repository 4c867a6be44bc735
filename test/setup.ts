import fc from 'fast-check';

/** Property tests repeat the same cases, so that a red run is about the change; FC_SEED explores others. */
fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? 1) });
