// SPDX-License-Identifier: GPL-2.0
/* The wrong release done for real, then the memory unmapped: included by init.c, runs last */
static void harm_one(const char *vma, const char *st, int mode, unsigned g, int dir, int rel, int times, const char *name)
{
	pid_t pid;
	int s;
	long id = ncase++;

	memset(shbuf, 0, 64);
	warns_begin();
	pid = fork();
	if (!pid) {
		struct umem u = { .vma = vma, .npages = 4 };
		struct oc_hold h = { 0 };
		struct oc_query q[4];
		struct oc_rel r = { .mode = rel };
		int i;

		jb = shbuf + 8; jn = 0; jmax = SHSZ - 64;
		devfd = open("/dev/recorder", O_RDWR);
		J("{\"id\":%ld,\"group\":\"harm\",\"in\":{\"vma\":\"%s\",\"state\":\"%s\",\"hold\":\"%s\",\"times\":%d", id, vma, st, name, times);
		if (mode >= 2) J(",\"dir\":\"%s\"", dir ? "source" : "dest");
		else J(",\"gup_flag_names\":\"%s\"", g & G_WRITE ? "WRITE " : "");
		J(",\"released_with\":\"%s\"}", rel ? "unpin_user_page" : "put_page");
		for (i = 0; i < 4; i++) u.st[i] = st[0];
		if (setup_mem(&u)) { J(",\"error\":\"setup\"}"); shbuf[0] = 3; _exit(0); }
		h.addr = u.addr + PS; h.mode = mode; h.gup_flags = gf(g); h.dir = dir; h.n = times;
		memset(q, 0, sizeof(q));
		for (i = 0; i < 4; i++) q[i].addr = h.addr;
		ioctl(devfd, OC_QUERY, &q[0]);
		ioctl(devfd, OC_HOLD, &h);
		ioctl(devfd, OC_QUERY, &q[1]);
		shbuf[0] = 1;
		ioctl(devfd, OC_REL, &r);
		ioctl(devfd, OC_QUERY, &q[2]);
		if (!strncmp(vma, "thp", 3)) munmap((void *)(u.addr & ~((2UL << 20) - 1)), 4 << 20);
		else munmap((void *)u.addr, 4 * PS);
		if (u.fd > 0) close(u.fd);
		ioctl(devfd, OC_QUERY, &q[3]);
		shbuf[0] = 2;
		J(",\"out\":{\"hold_ret\":%lld", h.ret);
		for (i = 0; i < 4; i++) {
			static const char *n[] = { "before", "held", "after_release", "after_unmap" };

			if (!i) J(",\"before\":{\"ref\":%d,\"pin\":%d,\"dma\":%d}", q[0].ref, q[0].pin, q[0].dma);
			else J(",\"%s\":{\"ref\":%d,\"pin\":%d,\"dma\":%d,\"in_buddy\":%d}", n[i], q[i].last_ref, q[i].last_pin, q[i].last_dma, q[i].last_buddy);
		}
		warns_json();
		J("}}");
		shbuf[0] = 3;
		_exit(0);
	}
	waitpid(pid, &s, 0);
	if (shbuf[0] != 3) { jb = shbuf + 8; jn = strlen(jb); jmax = SHSZ - 64; J(",\"crash\":{\"stage\":%d,\"status\":%d", shbuf[0], s); warns_json(); J("}}"); ncrash++; }
	fprintf(outf, "%s\n", shbuf + 8);
	fflush(outf);
}
static void harm_cases(void)
{
	static const struct { const char *v, *s; } mm[] = { { "anon", "T" }, { "shmem_shared", "T" }, { "shmem_private", "T" }, { "mthp16k", "T" }, { "thp", "T" } };
	unsigned i, t, rel;

	for (i = 0; i < sizeof(mm) / sizeof(mm[0]); i++)
		for (rel = 0; rel < 2; rel++)
			for (t = 1; t < 4; t += 2) {
				if (!newk && !strcmp(mm[i].v, "mthp16k")) continue;
				harm_one(mm[i].v, mm[i].s, 0, G_WRITE, 0, rel, t, "pin_user_pages_fast");
				harm_one(mm[i].v, mm[i].s, 1, G_WRITE, 0, rel, t, "get_user_pages_fast");
				if (newk) harm_one(mm[i].v, mm[i].s, 2, 0, 0, rel, t, "iov_iter_extract_pages");
				harm_one(mm[i].v, mm[i].s, 3, 0, 0, rel, t, "iov_iter_get_pages2");
			}
}
