// Written by `npm run generate` from templates/*.hbs; edit those.

/** templates/ask-tables.hbs */
export const askTables = `        if (meta.keys.zone != 0) {
{{#each asked}}
            if (headers.ipv{{family}}.isValid()) {
{{#each tables}}
                {{this}}.apply();
{{/each}}
            }
{{/each}}
        }
`;

/** templates/filter-table.hbs */
export const filterTable = `{{#each memberships}}
{{> membershipTable}}
{{/each}}

{{#if countsByRule}}
    // Packets of IPv{{family}} that meet a rule of \`{{filter}}\`, whatever becomes of them: the rule's place in split.txt, from 0.
    @id({{counterId}})
    Counter<bit<64>, bit<32>>({{counterSize}}, PNA_CounterType_t.PACKETS) {{counter}};

    @id({{drop.id}})
    action {{drop.name}}(bit<32> rule) {
        {{counter}}.count(rule);
        meta.keys.{{finds}} = 1;
    }

    @id({{up.id}})
    action {{up.name}}(bit<32> rule) {
        {{counter}}.count(rule);
    }
{{else}}
    @id({{drop.id}})
    action {{drop.name}}() {
        meta.keys.{{finds}} = 1;
    }

    @id({{up.id}})
    action {{up.name}}() {
    }

    @id({{counterId}})
    direct_counter(CounterType.packets) {{counter}};
{{/if}}

    // The rules of \`{{filter}}\`, in their order; the first that a packet meets counts.
    @id({{id}})
    table {{name}} {
        key = {
{{#each keys}}
            meta.keys.{{name}}: ternary @name("{{name}}");
{{/each}}
        }
        actions = { {{drop.name}}; {{up.name}}; @defaultonly NoAction; }
        const default_action = NoAction();
{{#unless countsByRule}}
        counters = {{counter}};
{{/unless}}
        size = {{size}};
    }
`;

/** templates/frame-headers.hbs */
export const frameHeaders = `const bit<16> ETHER_TYPE_IPV4         = 0x0800;
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
{{#each keys}}
    bit<{{width}}>{{pad}} {{name}};
{{/each}}
}

struct metadata_t {
    // 1 where the parser has seen all that the tables ask.
    bit<1>  judged;
    bit<8>  protocol;
{{#if tellsFrameLength}}
    // Bytes before the IP packet, of the IP packet, and what it must have at least for what was read of it.
    bit<32> before;
{{else}}
    // Bytes of the IP packet, and what it must have at least for what was read of it.
{{/if}}
    bit<32> length;
    bit<32> least;
    keys_t  keys;
}
`;

/** templates/frame-states.hbs */
export const frameStates = `    state start {
{{#each resets}}
        {{this}}
{{/each}}
        packet.extract(headers.ethernet);
{{#if tellsFrameLength}}
        meta.before = 14;
{{/if}}
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
{{#if tellsFrameLength}}
        meta.before    = 18;
{{/if}}
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
{{#each keysOf.innerVlan}}
        {{this}}
{{/each}}
{{#if tellsFrameLength}}
        meta.before = 22;
{{/if}}
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
{{#each keysOf.ipv4}}
        {{this}}
{{/each}}
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
{{#each keysOf.ipv6}}
        {{this}}
{{/each}}
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
{{#each keysOf.tcp}}
        {{this}}
{{/each}}
        transition whole;
    }

    state ports {
        packet.extract(headers.ports);
        meta.least = meta.least + 4;
{{#each keysOf.ports}}
        {{this}}
{{/each}}
        transition whole;
    }

    state icmp {
        packet.extract(headers.icmp);
        meta.least = meta.least + 2;
{{#each keysOf.icmp}}
        {{this}}
{{/each}}
        transition whole;
    }

    state whole {
{{#each keysOf.any}}
        {{this}}
{{/each}}
        meta.judged = 1;
        transition accept;
    }
`;

/** templates/membership-table.hbs */
export const membershipTable = `
    @id({{actionId}})
    action in_{{name}}(bit<{{bits}}> sets) {
        meta.keys.{{name}} = sets;
    }

    // In which sets the {{noun}} is, a bit each:
{{#each sets}}
    //   {{bit}}: {{text}}
{{/each}}
    @id({{id}})
    table {{name}} {
        key = { {{cast}}meta.keys.{{field}}: {{match}} @name("{{field}}"); }
        actions = { in_{{name}}; @defaultonly NoAction; }
        const default_action = NoAction();
        size = {{size}};
    }
`;

/** templates/pna.hbs */
export const pna = `// {{policy}}, target {{target}}: what a NIC drops of it.
//
// A frame that comes in by a port to the network is dropped where a rule of \`mitigate\` would drop it and does nothing else; any
// other goes up to the host by the same port, which decides about it as if there were no NIC. What is not judged here goes up:
// frames without IP, fragments, IPv4 with options, and IPv6 with extension headers.
{{#if filters.length}}
//
// Stateless filters have tables that say whether they forbid a packet. A NIC does not know its route, and so not which of them it will
// meet: the rules behind those of \`mitigate\` drop what the host would drop without a word wherever its routes lead.
{{/if}}
//
// The architecture does not tell how long a frame is: of a packet that is cut off, which no host takes, a rule sees what is there.
//
{{#if open.length}}
// {{nic}} is known from public documents alone, and no compiler of its own has taken this program. Open is:
{{#each open}}
//   {{this}}
{{/each}}
//
{{/if}}
// Entries stand in {{entryFiles}}; rules, and why packets of some go up, in split.txt.
// Build {{build}}.
{{#each remarks}}
// {{this}}
{{/each}}
#include <core.p4>
#include <pna.p4>

// By number: a port to the network, and the one that leads to the host's interface behind it.
{{#each ports}}
//   {{network}} and {{host}}: {{name}}
{{/each}}

{{> frameHeaders}}

control NothingBefore(in headers_t headers, inout metadata_t meta, in pna_pre_input_metadata_t standard,
                      inout pna_pre_output_metadata_t output) {
    apply { }
}

parser FrameParser(packet_in packet, out headers_t headers, inout metadata_t meta,
                   in pna_main_parser_input_metadata_t standard) {
{{> frameStates}}
}

control Mitigate(inout headers_t headers, inout metadata_t meta, in pna_main_input_metadata_t standard,
                 inout pna_main_output_metadata_t output) {
{{#each families}}
    // Packets of IPv{{family}} that the NIC drops or sends up by a rule: the rule's place in split.txt, from 0.
    @id({{counterId}})
    Counter<bit<64>, bit<32>>({{../counterSize}}, PNA_CounterType_t.PACKETS) {{counter}};

    @id({{drop.id}})
    action {{drop.name}}(bit<32> rule) {
        {{counter}}.count(rule);
        drop_packet();
    }

    @id({{up.id}})
    action {{up.name}}(bit<32> rule) {
        {{counter}}.count(rule);
    }

{{/each}}
    @id(0x01000003)
    action comes_in_by(bit<8> zone) {
        meta.keys.zone = zone;
    }

    @id(0x01000004)
    action goes_out_by(PortId_t port) {
        send_to_port(port);
    }

    @id(0x01000005)
    action goes_nowhere() {
        drop_packet();
    }

    // To the other side: the host's interface of a port to the network, and the other way round.
    @id({{otherSide.id}})
    table other_side {
        key = { standard.input_port: exact @name("port"); }
        actions = { goes_out_by; @defaultonly goes_nowhere; }
        const default_action = goes_nowhere();
        size = {{otherSide.size}};
    }

{{> zoneTable}}
{{#each filters}}
{{> filterTable}}
{{/each}}
{{#each families}}
{{#each memberships}}
{{> membershipTable}}
{{/each}}

    // The rules, in their order; the first that a packet meets counts.
    @id({{id}})
    table {{name}} {
        key = {
{{#each keys}}
            meta.keys.{{name}}: ternary @name("{{name}}");
{{/each}}
        }
        actions = { {{drop.name}}; {{up.name}}; @defaultonly NoAction; }
        const default_action = NoAction();
        size = {{size}};
    }
{{/each}}

    apply {
        other_side.apply();
        if (meta.judged == 1 && meta.length >= meta.least) {
            zone_of.apply();
        }
{{> askTables}}
    }
}

control FrameDeparser(packet_out packet, in headers_t headers, in metadata_t meta, in pna_main_output_metadata_t output) {
    apply {
        packet.emit(headers);
    }
}

PNA_NIC(FrameParser(), NothingBefore(), Mitigate(), FrameDeparser()) main;
`;

/** templates/v1model.hbs */
export const v1model = `// {{policy}}, target {{target}}: what a NIC drops of it.
//
// A frame that comes in by a port to the network is dropped where a rule of \`mitigate\` would drop it and does nothing else; any
// other goes up to the host by the same port, which decides about it as if there were no NIC. What is not judged here goes up:
// frames without IP, fragments, IPv4 with options, IPv6 with extension headers, and packets that are cut off.
{{#if filters.length}}
//
// Stateless filters have tables that say whether they forbid a packet. A NIC does not know its route, and so not which of them it will
// meet: the rules behind those of \`mitigate\` drop what the host would drop without a word wherever its routes lead.
{{/if}}
//
// Entries stand in entries.txt and entries.txtpb; rules, and why packets of some go up, in split.txt.
// Build {{build}}.
{{#each remarks}}
// {{this}}
{{/each}}
#include <core.p4>
#include <v1model.p4>

// Port N is one to the network, and port N + {{hostPort}} leads to the host's interface behind it:
{{#each ports}}
//   {{number}}: {{name}}
{{/each}}
const bit<9> HOST_SIDE = {{hostPort}};

{{> frameHeaders}}

parser FrameParser(packet_in packet, out headers_t headers, inout metadata_t meta, inout standard_metadata_t standard) {
{{> frameStates}}
}

control NothingToVerify(inout headers_t headers, inout metadata_t meta) {
    apply { }
}

control Mitigate(inout headers_t headers, inout metadata_t meta, inout standard_metadata_t standard) {
{{#if families.length}}
    @id(0x01000001)
    action drop() {
        mark_to_drop(standard);
    }

    @id(0x01000002)
    action up() {
    }

{{/if}}
    @id(0x01000003)
    action comes_in_by(bit<8> zone) {
        meta.keys.zone = zone;
    }

{{> zoneTable}}
{{#each filters}}
{{> filterTable}}
{{/each}}
{{#each families}}
{{#each memberships}}
{{> membershipTable}}
{{/each}}

    @id({{counterId}})
    direct_counter(CounterType.packets) {{counter}};

    // The rules, in their order; the first that a packet meets counts.
    @id({{id}})
    table {{name}} {
        key = {
{{#each keys}}
            meta.keys.{{name}}: ternary @name("{{name}}");
{{/each}}
        }
        actions = { drop; up; }
        const default_action = up();
        counters = {{counter}};
        size = {{size}};
    }
{{/each}}

    apply {
        // To the other side: the host's interface of a port to the network, and the other way round.
        standard.egress_spec = standard.ingress_port ^ HOST_SIDE;

        if (meta.judged == 1 && meta.length >= meta.least && meta.before + meta.length <= standard.packet_length) {
            zone_of.apply();
        }
{{> askTables}}
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
`;

/** templates/zone-table.hbs */
export const zoneTable = `    // By which zone a frame comes in; 0: by none.
{{#each zones}}
    //   {{number}}: {{name}}
{{/each}}
    @id({{zoneTable.id}})
    table zone_of {
        key = {
            standard.{{inputPort}}: exact @name("port");
            meta.keys.vlan: ternary @name("vlan");
        }
        actions = { comes_in_by; @defaultonly NoAction; }
        const default_action = NoAction();
        size = {{zoneTable.size}};
    }
`;
