/** Kernel settings of the router namespace, in sysctl's own notation. */

/** A quiet router that forwards both families, answers as often as it is asked to, and says nothing of its own accord. */
export const routerSysctls: Readonly<Record<string, string>> = {
  'net.ipv4.ip_forward': '1',
  'net.ipv6.conf.all.forwarding': '1',
  'net.ipv6.conf.default.forwarding': '1',
  'net.ipv4.conf.all.rp_filter': '0',
  'net.ipv4.conf.default.rp_filter': '0',
  'net.ipv4.conf.all.send_redirects': '0',
  'net.ipv4.conf.default.send_redirects': '0',
  'net.ipv4.conf.all.accept_redirects': '0',
  'net.ipv4.conf.default.accept_redirects': '0',
  'net.ipv6.conf.default.accept_ra': '0',
  'net.ipv6.conf.default.accept_dad': '0',
  'net.ipv6.conf.default.router_solicitations': '0',
  // No link-local addresses of their own: without one no IPv6 redirect can be sent, which no setting forbids.
  'net.ipv6.conf.default.addr_gen_mode': '1',
  'net.ipv4.icmp_ratelimit': '0',
  'net.ipv4.icmp_ratemask': '0',
  'net.ipv4.icmp_msgs_per_sec': '10000000',
  'net.ipv4.icmp_msgs_burst': '10000000',
  'net.ipv6.icmp.ratelimit': '0',
};

/** The far ends have no stack to speak of. */
export const outsideSysctls: Readonly<Record<string, string>> = {
  'net.ipv6.conf.all.disable_ipv6': '1',
  'net.ipv6.conf.default.disable_ipv6': '1',
};

/** A shell script that applies them; stops at the first one the kernel does not take. */
export function sysctlScript(settings: Readonly<Record<string, string>>): string {
  const lines = Object.entries(settings).map(([key, value]) => {
    if (!/^[\w./-]+$/.test(key) || !/^[\w ./:-]*$/.test(value)) throw new Error(`no sysctl: ${key} = ${value}`);
    return `echo '${value}' > '/proc/sys/${swapSeparators(key)}'`;
  });
  return ['set -e', ...lines, ''].join('\n');
}

/** As sysctl(8) has it: dots part a key, and a dot within an interface's name is written as a slash. */
function swapSeparators(key: string): string {
  return key.replace(/[./]/g, (separator) => (separator === '.' ? '/' : '.'));
}
