/*
 * Requests on standard input, answers on standard output, numbers in the machine's own byte order.
 *
 *   request  u32 operation, u32 length, `length` bytes
 *   answer   u32 status (0 good, 1 failed), u32 length, `length` bytes; a failure's bytes are its message
 *
 *   HELLO        ()                                        -> u32 process of the router, u32 process of the outside
 *   INTERFACES   (16 bytes of name each)                   -> ()
 *   SEND         (u32 interface, u32 length, bytes; each)  -> (struct sighting, bytes; each), in order of appearance;
 *                                                             cause FROM_ROUTER before the first frame was sent
 *   FORGET       ()                                        -> (), connection table emptied
 *   SOCKETS      (struct socket_request each)              -> ()
 *   SETTLE       (u32 milliseconds)                        -> sightings of the time given, cause FROM_ROUTER
 *   WATCH        (u32 on)                                  -> (), whether what leaves is captured; it is at first
 *
 * End of input ends the agent, and with it both namespaces.
 */
#define _GNU_SOURCE
#include "agent.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum operation { HELLO = 1, INTERFACES, SEND, FORGET, SOCKETS, SETTLE, WATCH };

static char message[4608];

int fail(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(message, sizeof message, format, arguments);
	va_end(arguments);
	return -1;
}

void append(struct buffer *buffer, const void *bytes, size_t length)
{
	if (buffer->length + length > buffer->capacity) {
		buffer->capacity = (buffer->length + length) * 2;
		buffer->bytes = realloc(buffer->bytes, buffer->capacity);
		if (!buffer->bytes)
			abort();
	}
	if (length)
		memcpy(buffer->bytes + buffer->length, bytes, length);
	buffer->length += length;
}

static int collect_all(struct lab *lab, uint32_t cause, struct buffer *answer)
{
	return wait_until_quiet(lab) || collect(lab, cause, answer) || collect_deliveries(lab, cause, answer);
}

/* Every frame is sent, followed to its end and reported before the next one is sent. */
static int send_frames(struct lab *lab, const uint8_t *request, size_t length, struct buffer *answer)
{
	size_t at = 0;
	/* What is there already was caused by none of these frames. */
	if (collect_all(lab, FROM_ROUTER, answer))
		return -1;
	for (uint32_t number = 0; at + 8 <= length; number++) {
		uint32_t interface, size;
		memcpy(&interface, request + at, 4);
		memcpy(&size, request + at + 4, 4);
		at += 8;
		if (size > length - at)
			return fail("frame %u is cut short", number);
		if (inject(lab, interface, request + at, size) || collect_all(lab, number, answer))
			return -1;
		at += size;
	}
	return check_losses(lab);
}

static int settle(struct lab *lab, uint32_t milliseconds, struct buffer *answer)
{
	const struct timespec nap = { .tv_nsec = 1000000 };
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	const int64_t end = now.tv_sec * 1000ll + now.tv_nsec / 1000000 + milliseconds;
	while (now.tv_sec * 1000ll + now.tv_nsec / 1000000 < end) {
		nanosleep(&nap, NULL);
		if (collect_all(lab, FROM_ROUTER, answer))
			return -1;
		clock_gettime(CLOCK_MONOTONIC, &now);
	}
	return check_losses(lab);
}

static int handle(struct lab *lab, uint32_t operation, const uint8_t *request, size_t length, struct buffer *answer)
{
	uint32_t number = 0;
	if (length >= sizeof number)
		memcpy(&number, request, sizeof number);
	switch (operation) {
	case HELLO: {
		const uint32_t processes[] = { (uint32_t)getpid(), (uint32_t)lab->outside_process };
		append(answer, processes, sizeof processes);
		return 0;
	}
	case INTERFACES:
		return adopt_interfaces(lab, request, length);
	case SEND:
		return send_frames(lab, request, length, answer);
	case FORGET:
		return flush_connections(lab);
	case SOCKETS:
		return open_sockets(lab, request, length);
	case SETTLE:
		return settle(lab, number, answer);
	case WATCH:
		return watch(lab, number != 0);
	default:
		return fail("unknown operation %u", operation);
	}
}

static int read_fully(void *bytes, size_t length)
{
	for (size_t at = 0; at < length;) {
		ssize_t got = read(STDIN_FILENO, (uint8_t *)bytes + at, length - at);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return -1;
		at += (size_t)got;
	}
	return 0;
}

static void write_fully(const void *bytes, size_t length)
{
	for (size_t at = 0; at < length;) {
		ssize_t put = write(STDOUT_FILENO, (const uint8_t *)bytes + at, length - at);
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			exit(1);
		at += (size_t)put;
	}
}

static void answer_with(uint32_t status, const void *bytes, size_t length)
{
	const uint32_t header[] = { status, (uint32_t)length };
	write_fully(header, sizeof header);
	write_fully(bytes, length);
}

static int open_lab(struct lab *lab)
{
	return create_namespaces(lab) || start_harness_table(lab) || open_capture(lab) || open_delivery_log(lab) ||
	       open_injection(lab);
}

int main(void)
{
	static struct lab lab;
	struct buffer request = { 0 }, answer = { 0 };
	uint32_t header[2];
	const int opened = open_lab(&lab);
	while (read_fully(header, sizeof header) == 0) {
		request.length = answer.length = 0;
		if (header[1] > request.capacity) {
			request.capacity = header[1];
			request.bytes = realloc(request.bytes, request.capacity);
			if (!request.bytes)
				abort();
		}
		if (read_fully(request.bytes, header[1]))
			break;
		if (opened || handle(&lab, header[0], request.bytes, header[1], &answer))
			answer_with(1, message, strlen(message));
		else
			answer_with(0, answer.bytes, answer.length);
	}
	end_children(&lab);
	return 0;
}
