/* Sockets of the runner, which are registered with a loader. */
#ifndef SOCKETS_H
#define SOCKETS_H

#include <stdint.h>

#define MOST_SOCKETS 64
#define KINDS 4

struct open_socket {
	int descriptor;
	int name; /* its number */
	int protocol;
	int family;
	int dual;
	uint64_t cookie;
};

extern struct open_socket sockets[MOST_SOCKETS];
extern int socket_count;
extern char names[MOST_SOCKETS][64];

/* Says what went wrong, and ends. */
void die(const char *what);

/* NAME, NAME:dual, NAME:none or NAME@PORT, as in socket-runner.c. */
void open_named(const char *loader, const char *text);

/* deliver.c: writes the packets of standard input into tun0, and says who got each. */
int deliver_all(void);

#endif
