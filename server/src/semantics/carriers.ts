/** A member that holds a page, of a struct that drops it as a reference and has no place to say that it is pinned. */
export interface Carrier {
  readonly struct: string;
  readonly member: string;
  /** What drops the page. */
  readonly release: string;
  /** Where the facts were read (6.12.117; the same in 6.1.192). */
  readonly source: string;
}

/** Structs in which the references of others end. Fragments of an skb are filled by functions that have rows. */
export const CARRIERS: readonly Carrier[] = [
  {
    struct: 'struct pipe_buffer',
    member: 'page',
    release: 'pipe_buf_release()',
    source: 'include/linux/pipe_fs_i.h:27, fs/pipe.c:197',
  },
  {
    struct: 'struct nfs_page',
    member: 'wb_page',
    release: 'nfs_release_request()',
    source: 'include/linux/nfs_page.h:47, fs/nfs/pagelist.c:559',
  },
];
