#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Builds module and init, boots the kernel of build-kernel.sh under qemu and writes vectors-VERSION.jsonl.gz:
# record.sh VERSION [OUTPUT FOLDER]
# RECORDER_WORK: the scratch folder of build-kernel.sh. RECORDER_APPEND: more kernel parameters (oc_n=N random cases, oc_from=N,
# oc_trace). RECORDER_TIMEOUT: seconds until the virtual machine is given up.
set -euo pipefail

version=${1:?usage: record.sh VERSION [OUTPUT FOLDER]}
output=${2:-.}
scratch=${RECORDER_WORK:?RECORDER_WORK is a scratch folder}
build=$scratch/build-$version
work=$scratch/work-$version
here=$(cd "$(dirname "$0")" && pwd)

[ -f "$build/arch/x86/boot/bzImage" ] || { echo "no kernel in $build: run build-kernel.sh $version" >&2; exit 1; }
mkdir -p "$work/src" "$work/root" "$output"
cp "$here"/*.c "$here"/*.h "$here/Makefile" "$work/src/"
if ! make -s -C "$build" M="$work/src" KBUILD_MODPOST_WARN=1 modules >"$work/module.log" 2>&1; then
	cat "$work/module.log" >&2
	exit 1
fi
gcc -static -O1 -g -Wall -Wno-unused -Wno-misleading-indentation -o "$work/root/init" "$work/src/init.c"
cp "$work/src/recorder.ko" "$work/root/"
(cd "$work/root" && printf 'init\nrecorder.ko\n' | cpio -o -H newc 2>/dev/null) >"$work/initramfs.cpio"

# One processor without KVM: nothing races, and the frames lie alike in every run.
timeout "${RECORDER_TIMEOUT:-900}" qemu-system-x86_64 -accel tcg -cpu max -smp 1 -m 1024 \
	-nographic -no-reboot -nodefaults \
	-kernel "$build/arch/x86/boot/bzImage" -initrd "$work/initramfs.cpio" \
	-append "console=ttyS0 panic=-1 loglevel=4 init_on_alloc=1 norandmaps null_blk.nr_devices=1 null_blk.bs=4096 rcupdate.rcu_cpu_stall_suppress=1 ${RECORDER_APPEND:-}" \
	-serial "file:$work/console.log" -serial "file:$work/vectors.raw"

tail -n 5 "$work/console.log"
if ! tail -n 1 "$work/vectors.raw" | grep -q '"end":true'; then
	echo "the recording is not complete: see $work/console.log" >&2
	exit 1
fi
gzip -9nc "$work/vectors.raw" >"$output/vectors-$version.jsonl.gz"
echo "wrote $output/vectors-$version.jsonl.gz"
