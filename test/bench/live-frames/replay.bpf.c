/*
 * XDP: makes each frame that a test run injects into the next one of the `frames` map and passes it on to the stack, or to the
 * program that runs on the interface.
 *
 * A live-frame test run injects the same few pages over and over, in whatever state the stack left them; so the whole
 * frame is written every time.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "frame.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1); /* set when it is loaded */
	__type(key, __u32);
	__type(value, struct frame);
} frames SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct control);
} control SEC(".maps");

/* The one that runs on the interface, if there is one. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} policy SEC(".maps");

SEC("xdp")
int replay(struct xdp_md *context)
{
	const __u32 zero = 0;
	struct control *state = bpf_map_lookup_elem(&control, &zero);
	if (!state)
		return XDP_ABORTED;
	/* A test run stays on one processor, so plain counting is exact. */
	__u32 index = state->next_frame;
	state->next_frame = index + 1 < state->frame_count ? index + 1 : 0;

	const struct frame *frame = bpf_map_lookup_elem(&frames, &index);
	void *data = (void *)(long)context->data;
	void *end = (void *)(long)context->data_end;
	if (!frame || data + FRAME_BYTES > end)
		return XDP_ABORTED;
	__builtin_memcpy(data, frame->bytes, FRAME_BYTES);
	if (bpf_xdp_adjust_tail(context, (int)frame->length - FRAME_BYTES))
		return XDP_ABORTED;
	if (state->action != JUDGE)
		return (int)state->action;
	bpf_tail_call(context, &policy, 0);
	return XDP_ABORTED;
}

char _license[] SEC("license") = "Apache-2.0";
