// SPDX-License-Identifier: MIT
/* pinsight: allow-file(missing-dirty) the device never writes */
static const char *text = "pinsight: allow(double-release)";

/* pinsight: allow(page-leak) kept until the device is removed */
// pinsight: allow(mixed-holds, untracked-hold)
/* See pinsight: allow(early-release), which is not an allowance. */
