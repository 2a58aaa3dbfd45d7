/* Stands before libbpf (LD_PRELOAD): as if the kernel had no helper, and so took no program. */
#include <errno.h>

struct bpf_object;

int bpf_object__load(struct bpf_object *object)
{
	(void)object;
	errno = EINVAL;
	return -1;
}

int libbpf_probe_bpf_helper(int program_type, int helper, const void *options)
{
	(void)program_type, (void)helper, (void)options;
	return 0;
}
