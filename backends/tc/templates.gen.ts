// Written by `npm run generate` from templates/*.hbs; edit those.

/** templates/change-head.hbs */
export const changeHead = `{{#if build}}
# What leads from build {{from}} of the queues of policy \`{{policy}}\` to build {{build}}, for tc -batch.
{{else}}
# Takes the queues of build {{from}} of policy \`{{policy}}\` away, which has none any more, for tc -batch.
{{/if}}
#
# Only for a host that runs that build: tc does not know builds, and stops at the first line that the kernel refuses.
# What is not named here stays as it is, with the packets that wait there.
`;

/** templates/down-head.hbs */
export const downHead = `# Takes the queues of policy \`{{policy}}\` away again, for tc -batch. Made by Sluice; build {{build}}.
`;

/** templates/redirect-head.hbs */
export const redirectHead = `#!/usr/sbin/nft -f
# What comes in by interfaces of policy \`{{policy}}\` waits in queues of others. Made by Sluice; build {{build}}. Edit the policy, not this file.
#
# The hook is that of \`mitigate\`, behind which the classes are chosen, and behind them this. Out of its queue a packet goes on as if
# it had just come in, past this hook. Load it once the interfaces with the queues are there: nft takes them by number.

table netdev {{table}}
delete table netdev {{table}}

`;

/** templates/up-head.hbs */
export const upHead = `# Queues of policy \`{{policy}}\`, for tc -batch. Made by Sluice; build {{build}}. Edit the policy, not this file.
{{#each remarks}}
# {{this}}
{{/each}}
#
# tc carries out line by line and stops at the first that the kernel refuses: load it again once the reason is gone. It begins
# with an empty queue in place of what there is, so packets that wait are lost; change.batch, where there is one, loses none.
# A packet's class is its priority, which nftables sets, and no filter is asked. Where there is no nftables, filters find the class,
# by tables of header bytes (u32) or by a hash for each mask (flower); where packets are policed, flower does. Names of classes are
# in classes.tsv.
`;
