/*
 * What a host has to be so that filters at XDP are all that its filters are: no packet may get to the kernel's routing past the
 * program, and none may be routed in a way that the program is not told.
 */
#include <stdio.h>
#include <string.h>

#include "loader.h"

static const struct link *link_with(const struct link *links, int count, unsigned int index)
{
	for (int i = 0; i < count; i++)
		if (links[i].index == index)
			return &links[i];
	return NULL;
}

static bool runs_on(const struct policy *policy, unsigned int index)
{
	for (int i = 0; i < policy->interface_count; i++)
		if (policy->interfaces[i].index == index)
			return true;
	return false;
}

/* Whether its frames come through an interface that the program runs on: with a tag of a VLAN or two, or as a part of it. */
static bool is_behind(const struct policy *policy, const struct link *links, int count, const struct link *link)
{
	for (int tags = 0; link && tags <= 2; tags++) {
		if (runs_on(policy, link->index) || runs_on(policy, link->master))
			return true;
		link = link->is_vlan ? link_with(links, count, link->below) : NULL;
	}
	return false;
}

static int check_links(const struct policy *policy)
{
	static struct link links[MOST_LINKS];
	const int count = list_links(links);

	if (count < 0)
		return FAILED;
	for (int i = 0; i < count; i++) {
		const struct link *link = &links[i];

		if (!link->is_up || link->is_loopback)
			continue;
		if (!is_behind(policy, links, count, link))
			return complain("packets that come in by %s would pass by the filter, for the program does not run "
					"there: name it in the policy (xdp on …), or set it down (ip link set %s down)",
					link->name, link->name);
		if (runs_on(policy, link->index) && link->master && !runs_on(policy, link->master))
			return complain("%s belongs to another interface, which may pass frames on that no filter is for: "
					"run the program there instead",
					link->name);
	}
	return DONE;
}

static int setting(const char *family, const char *interface, const char *name, bool *is_there)
{
	char path[256];
	int value = 0;

	snprintf(path, sizeof path, "/proc/sys/net/%s/conf/%s/%s", family, interface, name);
	FILE *file = fopen(path, "re");

	*is_there = file && fscanf(file, "%d", &value) == 1;
	if (file)
		fclose(file);
	return value;
}

/* Settings of interfaces by which packets are forwarded though their route says something else. */
static const struct {
	const char *family, *name, *why;
} unwanted[] = {
	{ "ipv4", "accept_source_route", "packets that name their own way" },
	{ "ipv6", "seg6_enabled", "packets that name their own way" },
	{ "ipv6", "rpl_seg_enabled", "packets that name their own way" },
	{ "ipv4", "bc_forwarding", "broadcasts" },
	{ "ipv4", "mc_forwarding", "multicasts" },
	{ "ipv6", "mc_forwarding", "multicasts" },
	{ "ipv6", "force_forwarding", "packets of IPv6 where `forwarding` is off" },
};

static int check_settings(const char *interface)
{
	bool is_there, is_for_all;

	for (size_t i = 0; i < sizeof unwanted / sizeof *unwanted; i++) {
		const char *family = unwanted[i].family, *name = unwanted[i].name;
		/* On by default, but of no effect unless it is on for the host as a whole. */
		const bool needs_both = !strcmp(name, "accept_source_route");

		if (setting(family, interface, name, &is_there) <= 0 || !is_there)
			continue;
		if (needs_both && !setting(family, "all", name, &is_for_all))
			continue;
		return complain("%s would send on %s, past the filter: sysctl -w net/%s/conf/%s/%s=0", interface,
				unwanted[i].why, family, interface, name);
	}
	const int own = setting("ipv6", interface, "forwarding", &is_there);

	if (is_there && own != setting("ipv6", "all", "forwarding", &is_for_all) && is_for_all)
		return complain("%s and the host as a whole differ in whether they forward IPv6, of which the kernel tells "
				"programs one and does the other: sysctl -w net/ipv6/conf/%s/forwarding=%d",
				interface, interface, !own);
	return DONE;
}

/* Whether there is a route for every destination. */
static bool has_default_ipv4(void)
{
	FILE *file = fopen("/proc/self/net/route", "re");
	char line[512];
	bool found = !file;

	while (!found && fgets(line, sizeof line, file)) {
		unsigned int destination, mask;

		found = sscanf(line, "%*s %x %*x %*x %*d %*d %*d %x", &destination, &mask) == 2 && !destination && !mask;
	}
	if (file)
		fclose(file);
	return found;
}

static bool has_default_ipv6(void)
{
	FILE *file = fopen("/proc/self/net/ipv6_route", "re");
	char line[512];
	bool found = !file;

	while (!found && fgets(line, sizeof line, file)) {
		unsigned int length, metric;
		char destination[33];

		/* The kernel's own entry for everything has the last metric. */
		found = sscanf(line, "%32s %x %*s %*x %*s %x", destination, &length, &metric) == 3 && !length &&
			strspn(destination, "0") == 32 && metric != 0xffffffff;
	}
	if (file)
		fclose(file);
	return found;
}

/* Programs are not told a packet for this host from one that no route is for, which the kernel would answer. */
static int check_routes(void)
{
	const char *family = !has_default_ipv4() ? "-4" : !has_default_ipv6() ? "-6" : NULL;

	if (!family)
		return DONE;
	return complain("there is no route for every destination, and a program cannot tell what has none from what is for "
			"this host: ip %s route add unreachable default metric 4294967294",
			family);
}

int check_filters(const struct policy *policy)
{
	if (!policy->filters_input && !policy->filters_forward)
		return DONE;
	if (check_links(policy) != DONE)
		return FAILED;
	for (int i = 0; i < policy->interface_count; i++)
		if (check_settings(policy->interfaces[i].name) != DONE)
			return FAILED;
	return policy->filters_input ? check_routes() : DONE;
}
