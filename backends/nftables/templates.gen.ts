// Written by `npm run generate` from templates/*.hbs; edit those.

/** templates/chain-head.hbs */
export const chainHead = `
	# {{description}}
	chain {{name}} {
{{#if hook}}
		type {{hook.type}} hook {{hook.hook}}{{hook.devices}} priority {{hook.priority}}; policy {{hook.policy}};
{{/if}}
`;

/** templates/header.hbs */
export const header = `#!/usr/sbin/nft -f
# Made by Sluice from policy \`{{policy}}\`; build {{build}}. Edit the policy, not this file.
{{#each remarks}}
# {{this}}
{{/each}}
#
# One transaction: table inet {{name}} is replaced as a whole, all other tables stay as they are.

table inet {{name}}
delete table inet {{name}}

table inet {{name}} {
	comment "Made by Sluice"

	# which build this is: a change that was made for another one finds no such chain, and fails
	chain {{buildChain}}{{build}} {
	}
`;

/** templates/named-object.hbs */
export const namedObject = `
{{#if description}}
	# {{description}}
{{/if}}
	{{kind}} {{name}} {
{{#each lines}}
		{{this}}
{{/each}}
	}
`;

/** templates/set-head.hbs */
export const setHead = `
	# {{description}}
	{{kind}} {{name}} {
		{{typeWord}} {{type}}
{{#if size}}
		size {{size}}
{{/if}}
{{#if flags}}
		flags {{flags}}
{{/if}}
{{#if timeout}}
		timeout {{timeout}}
{{/if}}
{{#if cleanedEach}}
		gc-interval {{cleanedEach}}
{{/if}}
{{#if counter}}
		counter
{{/if}}
{{#if limit}}
		limit {{limit}}
{{/if}}
`;
