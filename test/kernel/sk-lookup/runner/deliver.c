#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <unistd.h>

#include "sockets.h"

#define NOBODY 255

static int open_tun(void)
{
	struct ifreq request = { .ifr_name = "tun0", .ifr_flags = IFF_TUN | IFF_NO_PI };
	const int tun = open("/dev/net/tun", O_RDWR);

	if (tun < 0 || ioctl(tun, TUNSETIFF, &request))
		die("no tun0");
	return tun;
}

/* Who has got a datagram: the kernel hands a packet on before a write to the interface returns. */
static int receiver(void)
{
	static char datagram[65536];
	int got = NOBODY;

	for (int i = 0; i < socket_count; i++)
		if (sockets[i].protocol == IPPROTO_UDP &&
		    recv(sockets[i].descriptor, datagram, sizeof datagram, MSG_DONTWAIT) >= 0)
			got = sockets[i].name;
	return got;
}

int deliver_all(void)
{
	static char packet[65536];
	const int tun = open_tun();
	uint32_t length;

	while (fread(&length, sizeof length, 1, stdin) == 1) {
		if (length > sizeof packet || fread(packet, 1, length, stdin) != length)
			die("no packet");
		if (write(tun, packet, length) != (ssize_t)length)
			die("a packet that tun0 does not take");
		putchar(receiver());
	}
	return fflush(stdout) ? 1 : 0;
}
