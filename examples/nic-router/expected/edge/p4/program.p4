// policy, target edge: what a NIC drops of it.
//
// A frame that comes in by a port to the network is dropped where a rule of `mitigate` would drop it and does nothing else; any
// other goes up to the host by the same port, which decides about it as if there were no NIC. What is not judged here goes up:
// frames without IP, fragments, IPv4 with options, IPv6 with extension headers, and packets that are cut off.
//
// Stateless filters have tables that say whether they forbid a packet. A NIC does not know its route, and so not which of them it will
// meet: the rules behind those of `mitigate` drop what the host would drop without a word wherever its routes lead.
//
// Entries stand in entries.txt and entries.txtpb; rules, and why packets of some go up, in split.txt.
// Build 0000000000000000000000000000000000000000000000000000000000000000.
#include <core.p4>
#include <v1model.p4>

// Port N is one to the network, and port N + 256 leads to the host's interface behind it:
//   0: eth0
//   1: eth1
const bit<9> HOST_SIDE = 256;

const bit<16> ETHER_TYPE_IPV4         = 0x0800;
const bit<16> ETHER_TYPE_IPV6         = 0x86dd;
const bit<16> ETHER_TYPE_VLAN         = 0x8100;
const bit<16> ETHER_TYPE_SERVICE_VLAN = 0x88a8;

header ethernet_t {
    bit<48> destination;
    bit<48> source;
    bit<16> ether_type;
}

header vlan_t {
    bit<3>  priority;
    bit<1>  eligible;
    bit<12> number;
    bit<16> ether_type;
}

header ipv4_t {
    bit<4>  version;
    bit<4>  header_words;
    bit<6>  dscp;
    bit<2>  ecn;
    bit<16> total_length;
    bit<16> identification;
    bit<1>  reserved;
    bit<1>  dont_fragment;
    bit<1>  more_fragments;
    bit<13> fragment_offset;
    bit<8>  ttl;
    bit<8>  protocol;
    bit<16> checksum;
    bit<32> source;
    bit<32> destination;
}

header ipv6_t {
    bit<4>   version;
    bit<6>   dscp;
    bit<2>   ecn;
    bit<20>  flow_label;
    bit<16>  payload_length;
    bit<8>   next_header;
    bit<8>   hop_limit;
    bit<128> source;
    bit<128> destination;
}

header tcp_t {
    bit<16> source;
    bit<16> destination;
    bit<32> sequence;
    bit<32> acknowledgement;
    bit<4>  header_words;
    bit<4>  reserved;
    bit<8>  flags;
    bit<16> window;
    bit<16> checksum;
    bit<16> urgent;
}

// The beginning of UDP, UDP-Lite, DCCP and SCTP.
header ports_t {
    bit<16> source;
    bit<16> destination;
}

// The beginning of ICMP and ICMPv6.
header icmp_t {
    bit<8> kind;
    bit<8> code;
}

struct headers_t {
    ethernet_t ethernet;
    vlan_t     outer_vlan;
    vlan_t     inner_vlan;
    ipv4_t     ipv4;
    ipv6_t     ipv6;
    tcp_t      tcp;
    ports_t    ports;
    icmp_t     icmp;
}

// What tables match on. A field that not every packet has begins with a bit that tells whether it is there.
struct keys_t {
    bit<8>   zone;
    bit<13>  vlan;
    bit<32>  source_ipv4;
    bit<25>  service;
    bit<17>  source_port;
    bit<9>   tcp_flags;
    bit<17>  icmp4;
    bit<32>  destination_ipv4;
    bit<2>   filter_forward_service_sets_ipv4;
    bit<128> source_ipv6;
    bit<17>  icmp6;
    bit<4>   filter_input_source_sets_ipv6;
    bit<5>   filter_input_icmp6_sets_ipv6;
    bit<8>   ttl;
    bit<128> destination_ipv6;
    bit<2>   filter_forward_service_sets_ipv6;
    bit<1>   filter_forward_icmp6_sets_ipv6;
    bit<17>  length;
    bit<2>   source_sets_ipv4;
    bit<2>   destination_sets_ipv4;
    bit<2>   icmp4_sets_ipv4;
    bit<1>   length_sets_ipv4;
    bit<1>   inner_vlan;
    bit<1>   dont_fragment;
    bit<1>   filter_input;
    bit<1>   filter_forward;
    bit<3>   source_sets_ipv6;
    bit<2>   length_sets_ipv6;
}

struct metadata_t {
    // 1 where the parser has seen all that the tables ask.
    bit<1>  judged;
    bit<8>  protocol;
    // Bytes before the IP packet, of the IP packet, and what it must have at least for what was read of it.
    bit<32> before;
    bit<32> length;
    bit<32> least;
    keys_t  keys;
}

parser FrameParser(packet_in packet, out headers_t headers, inout metadata_t meta, inout standard_metadata_t standard) {
    state start {
        packet.extract(headers.ethernet);
        meta.before = 14;
        transition select(headers.ethernet.ether_type) {
            ETHER_TYPE_VLAN:         outer_vlan;
            ETHER_TYPE_SERVICE_VLAN: outer_vlan;
            ETHER_TYPE_IPV4:         ipv4;
            ETHER_TYPE_IPV6:         ipv6;
            default:                 accept;
        }
    }

    state outer_vlan {
        packet.extract(headers.outer_vlan);
        meta.before    = 18;
        meta.keys.vlan = 1w1 ++ headers.outer_vlan.number;
        transition select(headers.outer_vlan.ether_type) {
            ETHER_TYPE_VLAN:         inner_vlan;
            ETHER_TYPE_SERVICE_VLAN: inner_vlan;
            ETHER_TYPE_IPV4:         ipv4;
            ETHER_TYPE_IPV6:         ipv6;
            default:                 accept;
        }
    }

    state inner_vlan {
        packet.extract(headers.inner_vlan);
        meta.keys.inner_vlan = 1;
        meta.before = 22;
        transition select(headers.inner_vlan.ether_type) {
            ETHER_TYPE_IPV4: ipv4;
            ETHER_TYPE_IPV6: ipv6;
            default:         accept;
        }
    }

    // Only whole packets without options: their transport header follows at once.
    state ipv4 {
        packet.extract(headers.ipv4);
        meta.protocol = headers.ipv4.protocol;
        meta.length   = (bit<32>)headers.ipv4.total_length;
        meta.least    = 20;
        meta.keys.source_ipv4 = headers.ipv4.source;
        meta.keys.destination_ipv4 = headers.ipv4.destination;
        meta.keys.ttl = headers.ipv4.ttl;
        meta.keys.dont_fragment = headers.ipv4.dont_fragment;
        transition select(headers.ipv4.version, headers.ipv4.header_words,
                          headers.ipv4.more_fragments, headers.ipv4.fragment_offset) {
            (4, 5, 0, 0): transport_of_ipv4;
            default:      accept;
        }
    }

    state transport_of_ipv4 {
        transition select(headers.ipv4.protocol) {
            1:       icmp;
            6:       tcp;
            17:      ports;
            33:      ports;
            132:     ports;
            136:     ports;
            default: whole;
        }
    }

    state ipv6 {
        packet.extract(headers.ipv6);
        meta.protocol = headers.ipv6.next_header;
        meta.length   = (bit<32>)headers.ipv6.payload_length + 40;
        meta.least    = 40;
        meta.keys.source_ipv6 = headers.ipv6.source;
        meta.keys.destination_ipv6 = headers.ipv6.destination;
        meta.keys.ttl = headers.ipv6.hop_limit;
        transition select(headers.ipv6.version) {
            6:       transport_of_ipv6;
            default: accept;
        }
    }

    // 0, 43, 44 and 60 are extension headers.
    state transport_of_ipv6 {
        transition select(headers.ipv6.next_header) {
            0:       accept;
            43:      accept;
            44:      accept;
            60:      accept;
            6:       tcp;
            17:      ports;
            33:      ports;
            58:      icmp;
            132:     ports;
            136:     ports;
            default: whole;
        }
    }

    state tcp {
        packet.extract(headers.tcp);
        meta.least = meta.least + 20;
        meta.keys.service = 1w1 ++ meta.protocol ++ headers.tcp.destination;
        meta.keys.source_port = 1w1 ++ headers.tcp.source;
        meta.keys.tcp_flags = 1w1 ++ headers.tcp.flags;
        transition whole;
    }

    state ports {
        packet.extract(headers.ports);
        meta.least = meta.least + 4;
        meta.keys.service = 1w1 ++ meta.protocol ++ headers.ports.destination;
        meta.keys.source_port = 1w1 ++ headers.ports.source;
        transition whole;
    }

    state icmp {
        packet.extract(headers.icmp);
        meta.least = meta.least + 2;
        meta.keys.icmp4 = 1w1 ++ headers.icmp.kind ++ headers.icmp.code;
        meta.keys.icmp6 = 1w1 ++ headers.icmp.kind ++ headers.icmp.code;
        transition whole;
    }

    state whole {
        meta.keys.length = meta.length[16:0];
        meta.judged = 1;
        transition accept;
    }
}

control NothingToVerify(inout headers_t headers, inout metadata_t meta) {
    apply { }
}

control Mitigate(inout headers_t headers, inout metadata_t meta, inout standard_metadata_t standard) {
    @id(0x01000001)
    action drop() {
        mark_to_drop(standard);
    }

    @id(0x01000002)
    action up() {
    }

    @id(0x01000003)
    action comes_in_by(bit<8> zone) {
        meta.keys.zone = zone;
    }

    // By which zone a frame comes in; 0: by none.
    //   1: uplink
    //   2: inside
    @id(0x02000001)
    table zone_of {
        key = {
            standard.ingress_port: exact @name("port");
            meta.keys.vlan: ternary @name("vlan");
        }
        actions = { comes_in_by; @defaultonly NoAction; }
        const default_action = NoAction();
        size = 8;
    }

    @id(0x010000ce)
    action forbid_by_filter_input_ipv4() {
        meta.keys.filter_input = 1;
    }

    @id(0x010000cf)
    action allow_by_filter_input_ipv4() {
    }

    @id(0x130000c0)
    direct_counter(CounterType.packets) met_filter_input_ipv4;

    // The rules of `filter input`, in their order; the first that a packet meets counts.
    @id(0x020000c0)
    table filter_input_ipv4 {
        key = {
            meta.keys.zone: ternary @name("zone");
            meta.keys.source_ipv4: ternary @name("source_ipv4");
            meta.keys.service: ternary @name("service");
            meta.keys.source_port: ternary @name("source_port");
            meta.keys.tcp_flags: ternary @name("tcp_flags");
            meta.keys.icmp4: ternary @name("icmp4");
        }
        actions = { forbid_by_filter_input_ipv4; allow_by_filter_input_ipv4; @defaultonly NoAction; }
        const default_action = NoAction();
        counters = met_filter_input_ipv4;
        size = 8;
    }

    @id(0x01000141)
    action in_filter_forward_service_sets_ipv4(bit<2> sets) {
        meta.keys.filter_forward_service_sets_ipv4 = sets;
    }

    // In which sets the protocol and destination port is, a bit each:
    //   0: https
    //   1: log in uplink tcp/23 up to 5/second
    @id(0x02000141)
    table filter_forward_service_sets_ipv4 {
        key = { (bit<32>)meta.keys.service: lpm @name("service"); }
        actions = { in_filter_forward_service_sets_ipv4; @defaultonly NoAction; }
        const default_action = NoAction();
        size = 4;
    }

    @id(0x0100014e)
    action forbid_by_filter_forward_ipv4() {
        meta.keys.filter_forward = 1;
    }

    @id(0x0100014f)
    action allow_by_filter_forward_ipv4() {
    }

    @id(0x13000140)
    direct_counter(CounterType.packets) met_filter_forward_ipv4;

    // The rules of `filter forward`, in their order; the first that a packet meets counts.
    @id(0x02000140)
    table filter_forward_ipv4 {
        key = {
            meta.keys.zone: ternary @name("zone");
            meta.keys.destination_ipv4: ternary @name("destination_ipv4");
            meta.keys.filter_forward_service_sets_ipv4: ternary @name("filter_forward_service_sets_ipv4");
            meta.keys.tcp_flags: ternary @name("tcp_flags");
        }
        actions = { forbid_by_filter_forward_ipv4; allow_by_filter_forward_ipv4; @defaultonly NoAction; }
        const default_action = NoAction();
        counters = met_filter_forward_ipv4;
        size = 8;
    }

    @id(0x010000e1)
    action in_filter_input_source_sets_ipv6(bit<4> sets) {
        meta.keys.filter_input_source_sets_ipv6 = sets;
    }

    // In which sets the source address is, a bit each:
    //   0: allow icmp6 130, 151, 152, 153 from fe80::/10 ttl 1
    //   1: allow icmp6 131, 132, 143 from fe80::/10, :: ttl 1
    //   2: peers
    //   3: office
    @id(0x020000e1)
    table filter_input_source_sets_ipv6 {
        key = { meta.keys.source_ipv6: lpm @name("source_ipv6"); }
        actions = { in_filter_input_source_sets_ipv6; @defaultonly NoAction; }
        const default_action = NoAction();
        size = 8;
    }

    @id(0x010000e2)
    action in_filter_input_icmp6_sets_ipv6(bit<5> sets) {
        meta.keys.filter_input_icmp6_sets_ipv6 = sets;
    }

    // In which sets the ICMPv6 type and code is, a bit each:
    //   0: allow icmp6 1, 2, 3/0, 4/1, 4/2
    //   1: allow icmp6 133, 134, 135, 136, 141, 142, 148, 149 ttl 255
    //   2: allow icmp6 130, 151, 152, 153 from fe80::/10 ttl 1
    //   3: allow icmp6 131, 132, 143 from fe80::/10, :: ttl 1
    //   4: allow icmp echo-request
    @id(0x020000e2)
    table filter_input_icmp6_sets_ipv6 {
        key = { (bit<24>)meta.keys.icmp6: lpm @name("icmp6"); }
        actions = { in_filter_input_icmp6_sets_ipv6; @defaultonly NoAction; }
        const default_action = NoAction();
        size = 32;
    }

    @id(0x010000ee)
    action forbid_by_filter_input_ipv6() {
        meta.keys.filter_input = 1;
    }

    @id(0x010000ef)
    action allow_by_filter_input_ipv6() {
    }

    @id(0x130000e0)
    direct_counter(CounterType.packets) met_filter_input_ipv6;

    // The rules of `filter input`, in their order; the first that a packet meets counts.
    @id(0x020000e0)
    table filter_input_ipv6 {
        key = {
            meta.keys.zone: ternary @name("zone");
            meta.keys.filter_input_source_sets_ipv6: ternary @name("filter_input_source_sets_ipv6");
            meta.keys.service: ternary @name("service");
            meta.keys.source_port: ternary @name("source_port");
            meta.keys.tcp_flags: ternary @name("tcp_flags");
            meta.keys.filter_input_icmp6_sets_ipv6: ternary @name("filter_input_icmp6_sets_ipv6");
            meta.keys.ttl: ternary @name("ttl");
        }
        actions = { forbid_by_filter_input_ipv6; allow_by_filter_input_ipv6; @defaultonly NoAction; }
        const default_action = NoAction();
        counters = met_filter_input_ipv6;
        size = 16;
    }

    @id(0x01000161)
    action in_filter_forward_service_sets_ipv6(bit<2> sets) {
        meta.keys.filter_forward_service_sets_ipv6 = sets;
    }

    // In which sets the protocol and destination port is, a bit each:
    //   0: https
    //   1: log in uplink tcp/23 up to 5/second
    @id(0x02000161)
    table filter_forward_service_sets_ipv6 {
        key = { (bit<32>)meta.keys.service: lpm @name("service"); }
        actions = { in_filter_forward_service_sets_ipv6; @defaultonly NoAction; }
        const default_action = NoAction();
        size = 4;
    }

    @id(0x01000162)
    action in_filter_forward_icmp6_sets_ipv6(bit<1> sets) {
        meta.keys.filter_forward_icmp6_sets_ipv6 = sets;
    }

    // In which sets the ICMPv6 type and code is, a bit each:
    //   0: allow icmp6 1, 2, 3/0, 4/1, 4/2
    @id(0x02000162)
    table filter_forward_icmp6_sets_ipv6 {
        key = { (bit<24>)meta.keys.icmp6: lpm @name("icmp6"); }
        actions = { in_filter_forward_icmp6_sets_ipv6; @defaultonly NoAction; }
        const default_action = NoAction();
        size = 8;
    }

    @id(0x0100016e)
    action forbid_by_filter_forward_ipv6() {
        meta.keys.filter_forward = 1;
    }

    @id(0x0100016f)
    action allow_by_filter_forward_ipv6() {
    }

    @id(0x13000160)
    direct_counter(CounterType.packets) met_filter_forward_ipv6;

    // The rules of `filter forward`, in their order; the first that a packet meets counts.
    @id(0x02000160)
    table filter_forward_ipv6 {
        key = {
            meta.keys.zone: ternary @name("zone");
            meta.keys.destination_ipv6: ternary @name("destination_ipv6");
            meta.keys.filter_forward_service_sets_ipv6: ternary @name("filter_forward_service_sets_ipv6");
            meta.keys.tcp_flags: ternary @name("tcp_flags");
            meta.keys.filter_forward_icmp6_sets_ipv6: ternary @name("filter_forward_icmp6_sets_ipv6");
        }
        actions = { forbid_by_filter_forward_ipv6; allow_by_filter_forward_ipv6; @defaultonly NoAction; }
        const default_action = NoAction();
        counters = met_filter_forward_ipv6;
        size = 8;
    }

    @id(0x01000041)
    action in_source_sets_ipv4(bit<2> sets) {
        meta.keys.source_sets_ipv4 = sets;
    }

    // In which sets the source address is, a bit each:
    //   0: drop from martians - peers - office
    //   1: no senders
    @id(0x02000041)
    table source_sets_ipv4 {
        key = { meta.keys.source_ipv4: lpm @name("source_ipv4"); }
        actions = { in_source_sets_ipv4; @defaultonly NoAction; }
        const default_action = NoAction();
        size = 64;
    }

    @id(0x01000042)
    action in_destination_sets_ipv4(bit<2> sets) {
        meta.keys.destination_sets_ipv4 = sets;
    }

    // In which sets the destination address is, a bit each:
    //   0: groups of the link
    //   1: groups
    @id(0x02000042)
    table destination_sets_ipv4 {
        key = { meta.keys.destination_ipv4: lpm @name("destination_ipv4"); }
        actions = { in_destination_sets_ipv4; @defaultonly NoAction; }
        const default_action = NoAction();
        size = 4;
    }

    @id(0x01000043)
    action in_icmp4_sets_ipv4(bit<2> sets) {
        meta.keys.icmp4_sets_ipv4 = sets;
    }

    // In which sets the ICMP type and code is, a bit each:
    //   0: drop icmp echo-request over 100/second per source
    //   1: errors of ICMP
    @id(0x02000043)
    table icmp4_sets_ipv4 {
        key = { (bit<24>)meta.keys.icmp4: lpm @name("icmp4"); }
        actions = { in_icmp4_sets_ipv4; @defaultonly NoAction; }
        const default_action = NoAction();
        size = 16;
    }

    @id(0x01000044)
    action in_length_sets_ipv4(bit<1> sets) {
        meta.keys.length_sets_ipv4 = sets;
    }

    // In which sets the length of the IP packet is, a bit each:
    //   0: too long for some links
    @id(0x02000044)
    table length_sets_ipv4 {
        key = { (bit<24>)meta.keys.length: lpm @name("length"); }
        actions = { in_length_sets_ipv4; @defaultonly NoAction; }
        const default_action = NoAction();
        size = 16;
    }

    @id(0x13000040)
    direct_counter(CounterType.packets) met_ipv4;

    // The rules, in their order; the first that a packet meets counts.
    @id(0x02000040)
    table mitigate_ipv4 {
        key = {
            meta.keys.zone: ternary @name("zone");
            meta.keys.source_sets_ipv4: ternary @name("source_sets_ipv4");
            meta.keys.destination_sets_ipv4: ternary @name("destination_sets_ipv4");
            meta.keys.icmp4_sets_ipv4: ternary @name("icmp4_sets_ipv4");
            meta.keys.length_sets_ipv4: ternary @name("length_sets_ipv4");
            meta.keys.ttl: ternary @name("ttl");
            meta.keys.vlan: ternary @name("vlan");
            meta.keys.inner_vlan: ternary @name("inner_vlan");
            meta.keys.dont_fragment: ternary @name("dont_fragment");
            meta.keys.filter_input: ternary @name("filter_input");
            meta.keys.filter_forward: ternary @name("filter_forward");
        }
        actions = { drop; up; }
        const default_action = up();
        counters = met_ipv4;
        size = 16;
    }

    @id(0x01000061)
    action in_source_sets_ipv6(bit<3> sets) {
        meta.keys.source_sets_ipv6 = sets;
    }

    // In which sets the source address is, a bit each:
    //   0: drop from martians - peers - office
    //   1: no senders
    //   2: addresses of the link
    @id(0x02000061)
    table source_sets_ipv6 {
        key = { meta.keys.source_ipv6: lpm @name("source_ipv6"); }
        actions = { in_source_sets_ipv6; @defaultonly NoAction; }
        const default_action = NoAction();
        size = 256;
    }

    @id(0x01000062)
    action in_length_sets_ipv6(bit<2> sets) {
        meta.keys.length_sets_ipv6 = sets;
    }

    // In which sets the length of the IP packet is, a bit each:
    //   0: lengths of every link
    //   1: too long for some links
    @id(0x02000062)
    table length_sets_ipv6 {
        key = { (bit<24>)meta.keys.length: lpm @name("length"); }
        actions = { in_length_sets_ipv6; @defaultonly NoAction; }
        const default_action = NoAction();
        size = 32;
    }

    @id(0x13000060)
    direct_counter(CounterType.packets) met_ipv6;

    // The rules, in their order; the first that a packet meets counts.
    @id(0x02000060)
    table mitigate_ipv6 {
        key = {
            meta.keys.zone: ternary @name("zone");
            meta.keys.source_sets_ipv6: ternary @name("source_sets_ipv6");
            meta.keys.destination_ipv6: ternary @name("destination_ipv6");
            meta.keys.icmp6: ternary @name("icmp6");
            meta.keys.length_sets_ipv6: ternary @name("length_sets_ipv6");
            meta.keys.ttl: ternary @name("ttl");
            meta.keys.vlan: ternary @name("vlan");
            meta.keys.inner_vlan: ternary @name("inner_vlan");
            meta.keys.filter_input: ternary @name("filter_input");
            meta.keys.filter_forward: ternary @name("filter_forward");
        }
        actions = { drop; up; }
        const default_action = up();
        counters = met_ipv6;
        size = 16;
    }

    apply {
        // To the other side: the host's interface of a port to the network, and the other way round.
        standard.egress_spec = standard.ingress_port ^ HOST_SIDE;

        if (meta.judged == 1 && meta.length >= meta.least && meta.before + meta.length <= standard.packet_length) {
            zone_of.apply();
        }
        if (meta.keys.zone != 0) {
            if (headers.ipv4.isValid()) {
                filter_input_ipv4.apply();
                filter_forward_service_sets_ipv4.apply();
                filter_forward_ipv4.apply();
                source_sets_ipv4.apply();
                destination_sets_ipv4.apply();
                icmp4_sets_ipv4.apply();
                length_sets_ipv4.apply();
                mitigate_ipv4.apply();
            }
            if (headers.ipv6.isValid()) {
                filter_input_source_sets_ipv6.apply();
                filter_input_icmp6_sets_ipv6.apply();
                filter_input_ipv6.apply();
                filter_forward_service_sets_ipv6.apply();
                filter_forward_icmp6_sets_ipv6.apply();
                filter_forward_ipv6.apply();
                source_sets_ipv6.apply();
                length_sets_ipv6.apply();
                mitigate_ipv6.apply();
            }
        }
    }
}

control NothingOnTheWayOut(inout headers_t headers, inout metadata_t meta, inout standard_metadata_t standard) {
    apply { }
}

// No header changes, so no checksum does.
control NothingToUpdate(inout headers_t headers, inout metadata_t meta) {
    apply { }
}

control FrameDeparser(packet_out packet, in headers_t headers) {
    apply {
        packet.emit(headers);
    }
}

V1Switch(FrameParser(), NothingToVerify(), Mitigate(), NothingOnTheWayOut(), NothingToUpdate(), FrameDeparser()) main;
