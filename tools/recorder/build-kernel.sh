#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Builds a kernel to record, out of its tree: build-kernel.sh VERSION
# KERNELS: the folder that holds linux-source-VERSION. RECORDER_WORK: a scratch folder of some gigabytes.
set -euo pipefail

version=${1:?usage: build-kernel.sh VERSION, for example 6.12}
tree=${KERNELS:?KERNELS is the folder of the kernel trees}/linux-source-$version
build=${RECORDER_WORK:?RECORDER_WORK is a scratch folder}/build-$version
here=$(cd "$(dirname "$0")" && pwd)

[ -f "$tree/Makefile" ] || { echo "$tree holds no kernel tree" >&2; exit 1; }
mkdir -p "$build"
make -C "$tree" ARCH=x86_64 O="$build" tinyconfig
(cd "$build" && "$tree/scripts/kconfig/merge_config.sh" -m -O "$build" .config "$here/kernel.config")
make -C "$tree" ARCH=x86_64 O="$build" olddefconfig
make -C "$tree" ARCH=x86_64 O="$build" -j"$(nproc)" bzImage modules_prepare
