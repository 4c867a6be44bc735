import type { FunctionRow } from '../effects.ts';
import { borrow, compute, defer, row, rows, store, submit, submitAndWait, wait, waitUntil } from './build.ts';

const VIRTIO_RING = 'drivers/virtio/virtio_ring.c';

const queues: FunctionRow[] = [
  row(
    'virtqueue_add_sgs(_vq, sgs, out_sgs, in_sgs, data, gfp)',
    `${VIRTIO_RING}:2243`,
    [store(2, 1, 'keeps', { form: 'array', when: 'result-zero' }), submit(2), submit(5)],
    {
      note: 'On 0 the device has the pages until virtqueue_get_buf() returns data.',
    },
  ),
  ...rows(
    VIRTIO_RING,
    [store(2, 1, 'keeps', { when: 'result-zero' }), submit(2), submit(4)],
    [
      '2299 virtqueue_add_inbuf(vq, sg, num, data, gfp)',
      '2277 virtqueue_add_outbuf(vq, sg, num, data, gfp)',
      '2322 virtqueue_add_inbuf_ctx(vq, sg, num, data, ctx, gfp)',
    ],
    { note: 'On 0 the device has the pages until virtqueue_get_buf() returns data.' },
  ),
  ...rows(VIRTIO_RING, borrow, [
    '2405 virtqueue_kick(vq)',
    '2377 virtqueue_notify(_vq)',
    '2360 virtqueue_kick_prepare(_vq)',
  ]),
  row('virtqueue_get_buf(_vq, len)', `${VIRTIO_RING}:2440`, wait),
];

const requests: FunctionRow[] = [
  row('target_submit(se_cmd)', 'drivers/target/target_core_transport.c:1935', submit(1)),
  row('fuse_simple_background(fm, args, gfp_flags)', 'fs/fuse/dev.c:611', submit(2), {
    note: 'On success the pages are needed until args->end; on an error the caller still owns them.',
  }),
  row('fuse_simple_request(fm, args)', 'fs/fuse/fuse_i.h:1186', submitAndWait(2)),
  row('ceph_osdc_start_request(osdc, req)', 'net/ceph/osd_client.c:4690', submit(2)),
  row('ceph_osdc_wait_request(osdc, req)', 'net/ceph/osd_client.c:4743', submitAndWait(2)),
  row('nfs_pageio_add_request(desc, req)', 'fs/nfs/pagelist.c:1293', submit(2)),
  row('usb_submit_urb(urb, mem_flags)', 'drivers/usb/core/urb.c:368', submit(1)),
  row('usb_ep_queue(ep, req, gfp_flags)', 'drivers/usb/gadget/udc/core.c:293', submit(2)),
  row('usb_sg_wait(io)', 'drivers/usb/core/message.c:709', submitAndWait(1)),
  row('dmaengine_submit(desc)', 'include/linux/dmaengine.h:1244', submit(1)),
  row('dma_async_issue_pending(chan)', 'include/linux/dmaengine.h:1450', borrow),
  row('dma_sync_wait(chan, cookie)', 'drivers/dma/dmaengine.c:526', wait),
];

const ciphers: FunctionRow[] = [
  row('skcipher_request_set_crypt(req, src, dst, cryptlen, iv)', 'include/crypto/skcipher.h:921', [
    store(2, 1, 'keeps'),
    store(3, 1, 'keeps'),
  ]),
  row('aead_request_set_crypt(req, src, dst, cryptlen, iv)', 'include/crypto/aead.h:518', [
    store(2, 1, 'keeps'),
    store(3, 1, 'keeps'),
  ]),
  row('akcipher_request_set_crypt(req, src, dst, src_len, dst_len)', 'include/crypto/akcipher.h:251', [
    store(2, 1, 'keeps'),
    store(3, 1, 'keeps'),
  ]),
  row('ahash_request_set_crypt(req, src, result, nbytes)', 'include/crypto/hash.h:646', store(2, 1, 'keeps')),
  ...rows('crypto/skcipher.c', compute(1), [
    '634 crypto_skcipher_encrypt(req)',
    '647 crypto_skcipher_decrypt(req)',
  ]),
  ...rows('crypto/aead.c', compute(1), ['83 crypto_aead_encrypt(req)', '94 crypto_aead_decrypt(req)']),
  ...rows('crypto/ahash.c', compute(1), ['361 crypto_ahash_digest(req)', '350 crypto_ahash_finup(req)']),
  row('crypto_akcipher_encrypt(req)', 'include/crypto/akcipher.h:290', compute(1)),
  row('crypto_wait_req(err, wait)', 'include/linux/crypto.h:392', wait, {
    note: 'Waits until the request of which it got the answer is done.',
  }),
];

const work: FunctionRow[] = [
  ...rows('include/linux/workqueue.h', defer(2), [
    '662 queue_work(wq, work)',
    '676 queue_delayed_work(wq, dwork, delay)',
    '691 mod_delayed_work(wq, dwork, delay)',
  ]),
  ...rows('include/linux/workqueue.h', defer(1), [
    '724 schedule_work(work)',
    '817 schedule_delayed_work(dwork, delay)',
  ]),
  row('queue_work_on(cpu, wq, work)', 'kernel/workqueue.c:2417', defer(3)),
  ...rows('kernel/workqueue.c', submitAndWait(1), ['4298 flush_work(work)', '4435 cancel_work_sync(work)']),
  row('queue_rcu_work(wq, rwork)', 'kernel/workqueue.c:2652', defer(2)),
  ...rows('kernel/rcu/tree.c', defer(1), ['3200 call_rcu(head, func)', '3147 call_rcu_hurry(head, func)']),
  row('call_srcu(ssp, rhp, func)', 'kernel/rcu/srcutree.c:1372', defer(2)),
  ...rows('kernel/time/timer.c', defer(1), ['1240 mod_timer(timer, expires)', '1292 add_timer(timer)']),
  row('hrtimer_start(timer, tim, mode)', 'include/linux/hrtimer.h:272', defer(1)),
  ...rows('include/linux/interrupt.h', defer(1), ['718 tasklet_schedule(t)', '726 tasklet_hi_schedule(t)']),
  ...rows('kernel/kthread.c', defer(2), [
    '1024 kthread_queue_work(worker, work)',
    '1120 kthread_queue_delayed_work(worker, dwork, delay)',
  ]),
  row('irq_work_queue(work)', 'kernel/irq_work.c:116', defer(1)),
  ...rows('include/linux/kthread.h', defer(2), [
    '51 kthread_run(threadfn, data, namefmt, ...)',
    '27 kthread_create(threadfn, data, namefmt, ...)',
  ]),
];

const BROKEN_OFF = 'A wait that was broken off does not say that the I/O is done.';

const waits: FunctionRow[] = [
  ...rows('kernel/sched/completion.c', submitAndWait(1), [
    '146 wait_for_completion(x)',
    '179 wait_for_completion_io(x)',
  ]),
  ...rows(
    'kernel/sched/completion.c',
    waitUntil('zero'),
    ['214 wait_for_completion_interruptible(x)', '252 wait_for_completion_killable(x)'],
    { note: BROKEN_OFF },
  ),
  ...rows(
    'kernel/sched/completion.c',
    waitUntil('positive'),
    [
      '236 wait_for_completion_interruptible_timeout(x, timeout)',
      '285 wait_for_completion_killable_timeout(x, timeout)',
    ],
    { note: BROKEN_OFF },
  ),
  row('wait_for_completion_timeout(x, timeout)', 'kernel/sched/completion.c:165', waitUntil('nonzero'), {
    note: BROKEN_OFF,
  }),
  ...rows('kernel/sched/completion.c', wait, ['45 complete(x)', '67 complete_all(x)']),
  row('wait_event(wq_head, condition)', 'include/linux/wait.h:340', wait),
  ...rows(
    'include/linux/wait.h',
    waitUntil('zero'),
    ['496 wait_event_interruptible(wq_head, condition)', '926 wait_event_killable(wq_head, condition)'],
    { note: BROKEN_OFF },
  ),
  row('wait_event_timeout(wq_head, condition, timeout)', 'include/linux/wait.h:412', waitUntil('nonzero'), {
    note: BROKEN_OFF,
  }),
  row(
    'wait_event_interruptible_timeout(wq_head, condition, timeout)',
    'include/linux/wait.h:530',
    waitUntil('positive'),
    { note: BROKEN_OFF },
  ),
];

const MESSAGE_IS_DONE =
  'Is done with the vector when it returns; pages of a spliced or zerocopy message get references of their own.';

const synchronous: FunctionRow[] = [
  ...rows(
    'net/socket.c',
    [borrow, submitAndWait(2)],
    [
      '770 kernel_sendmsg(sock, msg, vec, num, size)',
      '1077 kernel_recvmsg(sock, msg, vec, num, size, flags)',
    ],
    { note: MESSAGE_IS_DONE },
  ),
];

/** What starts I/O or later work, and what waits for its end. */
export const ASYNC_ROWS: readonly FunctionRow[] = [
  ...queues,
  ...requests,
  ...ciphers,
  ...work,
  ...waits,
  ...synchronous,
];
