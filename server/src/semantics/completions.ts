import type { Argument } from './effects.ts';

/** A kernel function or macro that is given the function to run when an object is done with. */
export interface Binder {
  readonly name: string;
  readonly callback: Argument;
  /** It runs in the task that calls, or that will return to user space: the memory of the process is at hand. */
  readonly sameTask?: true;
  /** It runs in whichever call drops the last reference to the object. */
  readonly lastReference?: true;
  /** Where the fact was read (6.12.117). */
  readonly source: string;
}

/** Work items, threads, last references, grace periods, timers, URBs: what runs the callback is not the function that binds it. */
export const BINDERS: readonly Binder[] = [
  { name: 'INIT_WORK', callback: 2, source: 'include/linux/workqueue.h:307' },
  { name: 'INIT_WORK_ONSTACK', callback: 2, source: 'include/linux/workqueue.h:310' },
  { name: 'INIT_DELAYED_WORK', callback: 2, source: 'include/linux/workqueue.h:332' },
  { name: 'INIT_DELAYED_WORK_ONSTACK', callback: 2, source: 'include/linux/workqueue.h:335' },
  { name: 'INIT_DEFERRABLE_WORK', callback: 2, source: 'include/linux/workqueue.h:338' },
  { name: 'INIT_RCU_WORK', callback: 2, source: 'include/linux/workqueue.h:344' },
  { name: 'kthread_run', callback: 1, source: 'include/linux/kthread.h:51' },
  { name: 'kthread_create', callback: 1, source: 'include/linux/kthread.h:27' },
  { name: 'kthread_create_on_node', callback: 1, source: 'kernel/kthread.c:504' },
  { name: 'kthread_create_on_cpu', callback: 1, source: 'kernel/kthread.c:571' },
  { name: 'kthread_init_work', callback: 2, source: 'include/linux/kthread.h:172' },
  { name: 'init_task_work', callback: 2, sameTask: true, source: 'include/linux/task_work.h:11' },
  { name: 'tasklet_setup', callback: 2, source: 'kernel/softirq.c:844' },
  { name: 'timer_setup', callback: 2, source: 'include/linux/timer.h:120' },
  { name: 'kref_put', callback: 2, sameTask: true, lastReference: true, source: 'include/linux/kref.h:62' },
  {
    name: 'kref_put_mutex',
    callback: 2,
    sameTask: true,
    lastReference: true,
    source: 'include/linux/kref.h:71',
  },
  {
    name: 'kref_put_lock',
    callback: 2,
    sameTask: true,
    lastReference: true,
    source: 'include/linux/kref.h:82',
  },
  { name: 'percpu_ref_init', callback: 2, source: 'lib/percpu-refcount.c:63' },
  { name: 'call_rcu', callback: 2, source: 'kernel/rcu/tree.c:3200' },
  { name: 'call_rcu_hurry', callback: 2, source: 'kernel/rcu/tree.c:3147' },
  { name: 'call_srcu', callback: 3, source: 'kernel/rcu/srcutree.c:1372' },
  { name: 'usb_fill_bulk_urb', callback: 6, source: 'include/linux/usb.h:1704' },
  { name: 'usb_fill_control_urb', callback: 7, source: 'include/linux/usb.h:1669' },
  { name: 'usb_fill_int_urb', callback: 6, source: 'include/linux/usb.h:1744' },
  { name: 'skcipher_request_set_callback', callback: 3, source: 'include/crypto/skcipher.h:895' },
  { name: 'aead_request_set_callback', callback: 3, source: 'include/crypto/aead.h:478' },
  { name: 'ahash_request_set_callback', callback: 3, source: 'include/crypto/hash.h:623' },
];

/** A thread of the kernel takes on the memory of a process, and lets go of it. */
export const TAKES_MEMORY = new Set(['kthread_use_mm', 'use_mm']);
export const LEAVES_MEMORY = new Set(['kthread_unuse_mm', 'unuse_mm']);

/** Answers of ->read_iter and ->write_iter, and of what they call, that the I/O goes on after they returned. */
export const QUEUED = 'EIOCBQUEUED';

/** Members that hold what runs at the end of an I/O: bi_end_io, ki_complete, end_io, complete, fuse_args' end. */
export const COMPLETION_MEMBER = /end_?io(_data)?$|^end$|complet|callback|_done$|^done$/;

/** Tables of which such members are no completions of I/O: power management has a `complete` of its own. */
const OTHER_TABLES = new Set(['struct dev_pm_ops']);

/** Whether a member of an operations table is run at the end of an I/O. */
export function isCompletion(table: string | undefined, member: string | undefined): boolean {
  return (
    table !== undefined && member !== undefined && !OTHER_TABLES.has(table) && COMPLETION_MEMBER.test(member)
  );
}
