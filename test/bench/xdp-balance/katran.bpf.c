/*
 * What the same costs by Katran's own program (github.com/facebookincubator/katran), where its sources are: built with
 * -DKATRAN="…/katran/lib/bpf/balancer.bpf.c", and that folder's parent's parent's parent among the include paths.
 */
#include "katran/lib/bpf/balancer_consts.h"

/* A function that others may call, where it is a program of its own otherwise. */
#undef PROG_SEC_NAME
#define PROG_SEC_NAME SECTION
#ifdef ALONE
#define SECTION "xdp"
#else
#define SECTION ".text"
#endif

#include KATRAN

#ifndef ALONE
static long (*bpf_loop)(__u32 times, void *callback, void *context, __u64 flags) = (void *)181;

#define SEND balancer_ingress
#include "measured.h"
#endif
