import type { Argument } from './effects.ts';

/** A kernel function or macro that is given the function to run when an object is done with. */
export interface Binder {
  readonly name: string;
  readonly callback: Argument;
  /** Which argument the callback is given; absent: the first. */
  readonly gives?: Argument;
  /** The callback is given this member of the object. */
  readonly member?: string;
  /** An argument that the object keeps for the callback in a member of its own. */
  readonly keeps?: { readonly argument: Argument; readonly member: string };
  /** It may run any number of times: that one run leaves something alone says nothing. */
  readonly recurs?: true;
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
  { name: 'INIT_DELAYED_WORK', callback: 2, member: 'work', source: 'include/linux/workqueue.h:332' },
  { name: 'INIT_DELAYED_WORK_ONSTACK', callback: 2, member: 'work', source: 'include/linux/workqueue.h:335' },
  { name: 'INIT_DEFERRABLE_WORK', callback: 2, member: 'work', source: 'include/linux/workqueue.h:338' },
  { name: 'INIT_RCU_WORK', callback: 2, member: 'work', source: 'include/linux/workqueue.h:344' },
  { name: 'kthread_run', callback: 1, gives: 2, source: 'include/linux/kthread.h:51' },
  { name: 'kthread_create', callback: 1, gives: 2, source: 'include/linux/kthread.h:27' },
  { name: 'kthread_create_on_node', callback: 1, gives: 2, source: 'kernel/kthread.c:504' },
  { name: 'kthread_create_on_cpu', callback: 1, gives: 2, source: 'kernel/kthread.c:571' },
  { name: 'kthread_init_work', callback: 2, source: 'include/linux/kthread.h:172' },
  { name: 'init_task_work', callback: 2, sameTask: true, source: 'include/linux/task_work.h:11' },
  {
    name: 'io_uring_cmd_complete_in_task',
    callback: 2,
    sameTask: true,
    source: 'include/linux/io_uring/cmd.h:105',
  },
  {
    name: 'io_uring_cmd_do_in_task_lazy',
    callback: 2,
    sameTask: true,
    source: 'include/linux/io_uring/cmd.h:99',
  },
  { name: 'tasklet_setup', callback: 2, recurs: true, source: 'kernel/softirq.c:844' },
  { name: 'timer_setup', callback: 2, recurs: true, source: 'include/linux/timer.h:120' },
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
  { name: 'percpu_ref_init', callback: 2, recurs: true, source: 'lib/percpu-refcount.c:63' },
  { name: 'call_rcu', callback: 2, source: 'kernel/rcu/tree.c:3200' },
  { name: 'call_rcu_hurry', callback: 2, source: 'kernel/rcu/tree.c:3147' },
  { name: 'call_srcu', callback: 3, source: 'kernel/rcu/srcutree.c:1372' },
  {
    name: 'usb_fill_bulk_urb',
    callback: 6,
    keeps: { argument: 7, member: 'context' },
    source: 'include/linux/usb.h:1704',
  },
  {
    name: 'usb_fill_control_urb',
    callback: 7,
    keeps: { argument: 8, member: 'context' },
    source: 'include/linux/usb.h:1669',
  },
  {
    name: 'usb_fill_int_urb',
    callback: 6,
    keeps: { argument: 7, member: 'context' },
    source: 'include/linux/usb.h:1744',
  },
  { name: 'skcipher_request_set_callback', callback: 3, gives: 4, source: 'include/crypto/skcipher.h:895' },
  { name: 'aead_request_set_callback', callback: 3, gives: 4, source: 'include/crypto/aead.h:478' },
  { name: 'ahash_request_set_callback', callback: 3, gives: 4, source: 'include/crypto/hash.h:623' },
  { name: 'acomp_request_set_callback', callback: 3, gives: 4, source: 'include/crypto/acompress.h:200' },
  {
    name: 'akcipher_request_set_callback',
    callback: 3,
    gives: 4,
    source: 'include/crypto/akcipher.h:229',
  },
  { name: 'init_irq_work', callback: 2, source: 'include/linux/irq_work.h:32' },
  { name: 'kthread_init_delayed_work', callback: 2, member: 'work', source: 'include/linux/kthread.h:179' },
];

/** A thread of the kernel takes on the memory of a process, and lets go of it. */
export const TAKES_MEMORY = new Set(['kthread_use_mm', 'use_mm']);
export const LEAVES_MEMORY = new Set(['kthread_unuse_mm', 'unuse_mm']);

/** Answers of ->read_iter and ->write_iter, and of what they call, that the I/O goes on after they returned. */
export const QUEUED = 'EIOCBQUEUED';

/** Members that hold what runs at the end of an I/O: bi_end_io, ki_complete, end_io, complete, fuse_args' end. */
export const COMPLETION_MEMBER = /end_?io(_data)?$|^end$|complet|callback|_done$|^done$/;

/** Members that hold what runs whenever something happens: struct sock's callbacks, struct hrtimer's function. */
const EVENT_MEMBER = /^sk_(data_ready|write_space|state_change|error_report)$|^function$/;

/** Whether a member of an object holds what something else than a call in the file's text runs later. */
export const isCallbackMember = (member: string): boolean =>
  COMPLETION_MEMBER.test(member) || EVENT_MEMBER.test(member);

/** Whether what the member holds runs at each event, and not once at the end. */
export const isEventMember = (member: string): boolean => EVENT_MEMBER.test(member);

/** Members beside a callback that hold what it is given in the place of its object (struct dma_async_tx_descriptor). */
export const CALLBACK_DATA: ReadonlyMap<string, string> = new Map([
  ['callback', 'callback_param'],
  ['callback_result', 'callback_param'],
]);

/** Callbacks before 6.3 are given this, which keeps what the request was given for them (include/linux/crypto.h, 6.1). */
export const CRYPTO_REQUEST = { tag: 'struct crypto_async_request', member: 'data' } as const;

/** How an I/O ended: what says so in the object that it was done for, by the kernel's custom of names. */
export const STATUS_MEMBER = /(^|\.)(\w*status|err(or|no)?|res(ult|idue)?|rc|ret|actual(_length)?)$/;

/** Functions that say the same in other words. */
export const STATUS_FUNCTION = /^(blk_status_to_errno|errno_to_blk_status|blk_status_to_str)$/;

/** Answers that do not say that nothing has begun, though they are negative. */
export const BEGUN: readonly string[] = [QUEUED, 'EINPROGRESS'];

/** Errors that do not say that an I/O has ended, but that it goes on, or that it will be tried again. */
export const GOES_ON: readonly string[] = [...BEGUN, 'EAGAIN', 'EBUSY'];

/** True where the reference that was dropped was the last: somebody gets that answer. */
export const DROPS_REFERENCE = /^(atomic(64|_long)?|refcount)_(dec|sub)_and_test$/;

/** What a waiter may be woken up by: it goes on with what it waited for. */
export const WAKES = /^(complete|complete_all|complete_and_exit|swake_up\w*|wake_up\w*|up|blk_wake_io_task)$/;

/** The functions with which a bio goes, or its storage; neither drops a page (block/bio.c:811 and :213, 6.12). */
export const ENDS_BIO: ReadonlySet<string> = new Set(['bio_put', 'bio_uninit']);

/** The functions that free the entries of an sg table; none drops a page (lib/scatterlist.c:257 and :244, 6.12). */
export const ENDS_TABLE: ReadonlySet<string> = new Set(['sg_free_table', 'sg_free_append_table']);

/** Tables of which such members are no completions of I/O: power management has a `complete` of its own. */
const OTHER_TABLES = new Set(['struct dev_pm_ops']);

/** Whether a member of an operations table is run at the end of an I/O. */
export function isCompletion(table: string | undefined, member: string | undefined): boolean {
  return (
    table !== undefined && member !== undefined && !OTHER_TABLES.has(table) && COMPLETION_MEMBER.test(member)
  );
}
