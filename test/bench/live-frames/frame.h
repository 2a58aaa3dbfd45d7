/* Shared by the program in the kernel and the one that loads it. */
#ifndef SLUICE_LIVE_FRAME_H
#define SLUICE_LIVE_FRAME_H

/* Bytes that a frame may have: headers of any kind, with options and a little payload. */
#define FRAME_BYTES 124

/* One entry of the `frames` map, and of the file of frames: two cache lines. */
struct frame {
	unsigned int length; /* 14 to FRAME_BYTES */
	unsigned char bytes[FRAME_BYTES];
};

/* The one entry of the `control` map. */
struct control {
	unsigned int next_frame;
	unsigned int frame_count;
	unsigned int action; /* XDP_PASS, XDP_DROP to measure what the injection itself costs, or JUDGE */
};

/* What the program says that runs on the interface. */
#define JUDGE 100

#endif
