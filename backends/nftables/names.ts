/**
 * Names in the kernel: from the policy's names and content, never from ordinals, so that a small change of a policy is
 * a small change of its rule set.
 */

/**
 * A chain of this name and the build's behind it, without rules: the kernel tells by it which build it has, and a
 * transaction that was made for another one fails.
 */
export const BUILD_CHAIN = 'build_';

/** Longest name we give; the kernel takes chains of 127 bytes, and names with a suffix must fit too. */
const LONGEST_NAME = 100;

/** Words of nft's grammar that a chain, set or counter cannot have as its name (scanner.l of nftables 1.0.6). */
const NFT_KEYWORDS = new Set(
  `
  accept add addr ah all and arp at audit auth auto_merge avgpkt base between bridge broadcast burst bytes cache
  cgroup cgroupv2 chain chains checksum classid code comment comp constant cont continue cookie count counter counters cpu create csum ct
  ctlabel daddr day dccp debug define dei delete describe destroy dev device devices dir direction dnat drop dscp
  dst dstopt dstport dup dynamic e echo ecn element elements eol eq esp established eth ether ethertype exists
  expectation expiration expires export exthdr fib flags flow flowlabel flowtable flush forever forward frag
  fragmentation from fw fwd ge geneve goto gre gretap group gt handle hbh hdrlength hdrversion helper helpers hook
  hoplimit hour http ibriport ibrname icmp icmpv6 icmpx id igmp ih iif iifgroup iifkind iifname iiftype import in include index inet
  ingress input insert integer interface interval invalid ip ip6 ipproto ipsec ipv4 ipv6 jhash json jump key kind
  l3proto l4proto label last le left level limit limits list ll log lsrr lt mac mangle map maps mark masquerade maxseg
  md5sig memory meta mh meter meters minute missing mod mode monitor mptcp mss mtu name nat ne netdev netmap new
  nexthdr nexthop nfproto nftrace nh nooption nop not notrack num numgen obriport obrname offload offset oif oifgroup oifkind oifname oiftype op
  optimization option options or original osf output over packet packets payload performance persistent pkttype
  plen policy port ports position postrouting ppp prefix prerouting priority protocol protoinfo queue queuenum
  quick quota quotas ra random range rate redefine redirect reject related remaining rename replace reply reqid reset return
  right rr rshift rt rt0 rt2 rt4 rtclassid rule ruleset sack saddr save sctp secmark secmarks second security sequence
  set sets shift size skgid skuid snaplen snat socket spi sport src srcport srh ssrr state stateless status symhash syn
  synproxy synproxys t table tables tag tcp tcpopt th time timeout timestamp to tos tproxy transparent ttl tunnel
  type typeof udp udplite undefine unit until untracked update urgptr used using value verdict version via vlan
  vmap vtag vxlan week wildcard window wscale xor xt zone`
    .split(/\s+/)
    .filter((word) => word.length > 0),
);

/** `text` as an identifier of nft: letters, digits and underscores, beginning with a letter, no keyword. */
export function identifier(text: string): string {
  let name = text.replace(/[^A-Za-z0-9]+/g, '_').replace(/^_+|_+$/g, '');
  if (name === '' || !/^[A-Za-z]/.test(name)) name = `x_${name}`;
  if (name.length > LONGEST_NAME) name = `${name.slice(0, LONGEST_NAME - 9)}_${contentHash(text)}`;
  return NFT_KEYWORDS.has(name) ? `${name}_` : name;
}

/** Eight hexadecimal digits of a text (FNV-1a, two rounds over 32 bits: enough to tell names of one policy apart). */
function contentHash(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/** Gives out names in one table; asked twice for the same text and owner, it gives the same name. */
export class NameSpace {
  readonly #owners = new Map<string, string>();

  /**
   * A name for `owner` like `wanted`. Where another owner has it, the first of `qualifiers` that makes it free is
   * appended, then a hash of `asker`, and at last one of the owner.
   */
  name(wanted: string, owner: string, qualifiers: readonly string[] = [], asker = owner): string {
    const candidates = [...qualifiers, contentHash(asker), contentHash(owner)].map((end) => `${wanted}_${end}`);
    for (const candidate of [wanted, ...candidates]) {
      const name = identifier(candidate);
      const holder = this.#owners.get(name);
      if (holder === undefined || holder === owner) {
        this.#owners.set(name, owner);
        return name;
      }
    }
    return this.name(`${wanted}_${contentHash(owner)}`, `${owner}'`);
  }
}

/** A quoted string as nft reads it: no quote or line end can stand in one. */
export function quoted(text: string, longest: number): string {
  const plain = text.replace(/["\\\p{Cc}]/gu, '_');
  return `"${plain.length > longest ? `${plain.slice(0, longest - 1)}~` : plain}"`;
}
