// SPDX-License-Identifier: MIT
/* pinsight: allow-file(missing-dirty) the device never writes */
static const char *text = "pinsight: allow(double-release)";

/* pinsight: allow(page-leak) kept until the device is removed */
