// Written by `npm run generate` from client/ and page.css; edit those.

/** client/main.ts and what it uses, as one script. */
export const PAGE_SCRIPT = `(function() {
	// cli/explain-page/page-step.ts
	function hasWays({ kind, steps }) {
		return kind === "values" || kind === "rows" && steps.some((step) => step.kind === "way");
	}
	function* everyStep(root) {
		yield root;
		for (const step of root.steps) yield* everyStep(step);
	}
	// cli/explain-page/flame.ts
	function flameFrames(root, { zoomed, least }) {
		const frames = [];
		const way = wayTo(root, zoomed);
		const block = way.length > 1 ? root.steps.indexOf(way[1]) : -1;
		for (const [row, step] of way.entries()) frames.push({
			step,
			count: 1,
			share: step.share,
			left: 0,
			width: 1,
			row,
			block: row === 0 ? -1 : block
		});
		const total = zoomed.share;
		const place = (parent, from, row, own) => {
			let left = from;
			for (const { steps, share } of groups(parent.steps, total * least)) {
				const [step] = steps;
				const width = share / total;
				const ownBlock = row === 1 ? root.steps.indexOf(step) : own;
				if (width >= least) {
					frames.push({
						step,
						count: steps.length,
						share,
						left,
						width,
						row,
						block: ownBlock
					});
					if (steps.length === 1) place(step, left, row + 1, ownBlock);
				}
				left += width;
			}
		};
		if (total > 0) place(zoomed, 0, way.length, block);
		return frames;
	}
	function groups(steps, least) {
		const all = [];
		let isRunning = false;
		for (const step of steps) {
			const isSmall = step.share < least;
			const last = all.at(-1);
			if (isSmall && isRunning && last) {
				last.steps.push(step);
				last.share += step.share;
			} else all.push({
				steps: [step],
				share: step.share
			});
			isRunning = isSmall;
		}
		return all;
	}
	function wayTo(root, wanted) {
		const way = [root];
		let at = root;
		while (at.id !== wanted.id) {
			const next = at.steps.findLast(({ id }) => id <= wanted.id);
			if (!next) return [root];
			way.push(at = next);
		}
		return way;
	}
	function frameTitle({ step, count }) {
		return count === 1 ? step.title : \`\${count} small steps\`;
	}
	function rowsOf$1(frames) {
		return frames.reduce((most, { row }) => Math.max(most, row + 1), 0);
	}
	const HUES = 6;
	function hueOf(block) {
		return block < 0 ? "plain" : \`hue-\${block % HUES}\`;
	}
	// cli/explain-page/client/page.ts
	function byId(id) {
		const found = document.getElementById(id);
		if (!found) throw new Error(\`the page has no #\${id}\`);
		return found;
	}
	function withText(name, text, className = "") {
		const made = document.createElement(name);
		made.textContent = text;
		if (className !== "") made.className = className;
		return made;
	}
	function foundClass({ found }, id) {
		if (!found) return "";
		return found.has(id) ? " found" : " missed";
	}
	function percent(part, all) {
		if (all === 0) return "";
		const value = 100 * part / all;
		return \`\${value >= 10 || value === 0 ? value.toFixed(0) : value.toFixed(1)} %\`;
	}
	function nanoseconds(value) {
		if (value >= 1e3) return \`\${(value / 1e3).toFixed(1)} µs\`;
		return \`\${value >= 9.95 || value === 0 ? value.toFixed(0) : value.toFixed(value >= .095 ? 1 : 2)} ns\`;
	}
	function bytes(value) {
		if (value < 1024) return \`\${value.toFixed(0)} B\`;
		return value < 2 ** 20 ? \`\${(value / 1024).toFixed(1)} KiB\` : \`\${(value / 2 ** 20).toFixed(1)} MiB\`;
	}
	// cli/explain-page/client/details.ts
	function showDetails({ plane, steps, chosen }) {
		const step = steps[chosen];
		const way = wayTo(plane.root, step);
		const block = way[1] ?? step;
		const isPart = step.expected === void 0;
		const facts = [
			["Within", way.length > 2 ? way.slice(1, -1).map(({ title }) => title).join(" › ") : void 0],
			["Lookup", step.lookup],
			["A packet that comes here", isPart ? void 0 : timesOf(step.expected, step.worst)],
			["Of all packets", plane.isTimed ? sharesOf(step.share, block.share, block.title, step === block || step === plane.root) : void 0],
			["Memory", step.memory === void 0 ? void 0 : \`about \${bytes(step.memory)}\`],
			["Rule", step.rule !== void 0 && !step.title.startsWith(step.rule) ? step.rule : void 0],
			["Lines", step.lines],
			...(step.notes ?? []).map((note) => ["", note])
		];
		const list = document.createElement("dl");
		for (const [name, text] of facts) if (text !== void 0) list.append(withText("dt", name), withText("dd", text));
		byId("details").replaceChildren(withText("h3", step.title), list);
	}
	function timesOf(expected, worst) {
		return \`\${nanoseconds(expected ?? 0)} expected, \${nanoseconds(worst ?? 0)} at worst\`;
	}
	function sharesOf(share, all, block, isWhole) {
		return isWhole ? nanoseconds(share) : \`\${nanoseconds(share)} (\${percent(share, all)} of \${block})\`;
	}
	// cli/explain-page/client/device-view.ts
	const WHO = {
		device: "NIC",
		host: "host"
	};
	var DeviceView = class {
		#shown;
		show({ plane: { device } }) {
			byId("device").hidden = device === void 0;
			if (!device || device === this.#shown) return;
			this.#shown = device;
			const onDevice = device.rules.filter(({ decides }) => decides === "device").length;
			byId("device-summary").textContent = \`\${device.name}: by \${onDevice} of \${device.rules.length} rules the NIC decides; what it does not decide goes up to the host.\`;
			byId("device-tables").replaceChildren(...device.tables.map(tableRow), sumRow(device));
			byId("device-rules").replaceChildren(...device.rules.map(ruleRow));
		}
	};
	function tableRow({ name, keys, entries, room, bits }) {
		const row = document.createElement("tr");
		const own = withText("td", "", "keys");
		own.append(...keys.map((key) => withText("span", key)));
		row.append(withText("td", name, "name"), own, withText("td", entries.toLocaleString("en"), "number entries"), withText("td", room.toLocaleString("en"), "number room"), withText("td", bits.toLocaleString("en"), "number bits"));
		return row;
	}
	function sumRow({ tables }) {
		const sum = (of) => tables.reduce((all, table) => all + table[of], 0);
		const row = tableRow({
			name: "in all",
			keys: [],
			entries: sum("entries"),
			room: 0,
			bits: sum("bits")
		});
		row.querySelector(".room").textContent = "";
		return row;
	}
	function ruleRow({ rule, lines, decides, why = "" }) {
		const row = document.createElement("tr");
		row.append(withText("td", rule, "name"), withText("td", lines), withText("td", WHO[decides], \`who \${decides}\`), withText("td", why));
		return row;
	}
	// cli/explain-page/client/flame-view.ts
	const ROW = 26;
	const NARROWEST = 3;
	const LEAST_LABEL = 44;
	const DIRECTIONS = {
		ArrowUp: "up",
		ArrowDown: "down",
		ArrowLeft: "left",
		ArrowRight: "right"
	};
	var FlameView = class {
		#graph = byId("flame-graph");
		#back = byId("flame-back");
		#choose;
		#state;
		#zoomed = 0;
		#current = 0;
		#frames = [];
		constructor(choose) {
			this.#choose = choose;
			this.#graph.addEventListener("click", (event) => this.#clicked(event));
			this.#graph.addEventListener("keydown", (event) => this.#pressed(event));
			this.#back.addEventListener("click", () => this.#zoom(0));
			new ResizeObserver(() => this.#draw()).observe(this.#graph);
		}
		show(state) {
			if (this.#state?.plane !== state.plane) [this.#zoomed, this.#current] = [0, 0];
			this.#state = state;
			byId("flame").hidden = !state.plane.isTimed;
			byId("no-times").hidden = state.plane.isTimed;
			this.#draw();
		}
		#draw() {
			const state = this.#state;
			if (!state || !state.plane.isTimed) return;
			const { root } = state.plane;
			const zoomed = state.steps[this.#zoomed];
			this.#frames = flameFrames(root, {
				zoomed,
				least: NARROWEST / Math.max(this.#graph.clientWidth, 1)
			});
			if (this.#frames.every(({ step }) => step.id !== this.#current)) this.#current = this.#zoomed;
			const hadFocus = this.#graph.contains(document.activeElement);
			this.#graph.replaceChildren(...this.#frames.map((frame) => this.#button(frame, state)));
			this.#graph.style.height = \`\${rowsOf$1(this.#frames) * ROW}px\`;
			this.#back.hidden = this.#zoomed === 0;
			if (hadFocus) this.#focus(this.#current);
		}
		#button(frame, state) {
			const { step, count, share, left, width, row, block } = frame;
			const button = document.createElement("button");
			const time = \`\${nanoseconds(share)}, \${percent(share, state.plane.root.share)}\`;
			if (width * this.#graph.clientWidth >= LEAST_LABEL) button.textContent = frameTitle(frame);
			button.title = \`\${frameTitle(frame)}\\n\${time}\`;
			button.setAttribute("aria-label", \`\${frameTitle(frame)}: \${time}\`);
			const chosen = step.id === state.chosen && count === 1 ? " chosen" : "";
			button.className = \`frame \${hueOf(block)}\${chosen}\${foundClass(state, step.id)}\`;
			button.dataset["step"] = String(step.id);
			button.tabIndex = step.id === this.#current ? 0 : -1;
			Object.assign(button.style, {
				left: \`\${left * 100}%\`,
				width: \`\${width * 100}%\`,
				top: \`\${row * ROW}px\`
			});
			return button;
		}
		#clicked(event) {
			const id = stepOf(event.target);
			if (id === void 0) return;
			this.#current = id;
			if (this.#state?.chosen === id) this.#zoom(id === this.#zoomed ? 0 : id);
			else this.#choose(id);
		}
		#zoom(id) {
			const step = this.#state?.steps[id];
			if (!step || step.share === 0) return;
			this.#zoomed = id;
			this.#current = id;
			this.#draw();
		}
		#pressed(event) {
			const state = this.#state;
			if (!state) return;
			if (event.key === "Escape" && this.#zoomed !== 0) {
				const way = wayTo(state.plane.root, state.steps[this.#zoomed]);
				this.#zoom(way.at(-2)?.id ?? 0);
			} else if (event.key in DIRECTIONS) this.#move(DIRECTIONS[event.key]);
			else return;
			event.preventDefault();
		}
		#move(direction) {
			const at = this.#frames.find(({ step }) => step.id === this.#current);
			if (!at) return;
			const middle = at.left + at.width / 2;
			const isAround = ({ left, width }) => left <= middle + 1e-9 && middle <= left + width + 1e-9;
			const inRow = (row) => this.#frames.filter((frame) => frame.row === row);
			const next = {
				up: () => inRow(at.row - 1).find(isAround),
				down: () => inRow(at.row + 1).filter(({ left, width }) => left >= at.left - 1e-9 && left + width <= at.left + at.width + 1e-9).toSorted((a, b) => b.width - a.width)[0],
				left: () => inRow(at.row).findLast(({ left }) => left < at.left),
				right: () => inRow(at.row).find(({ left }) => left > at.left)
			}[direction]();
			if (next) this.#focus(next.step.id);
		}
		#focus(id) {
			this.#current = id;
			for (const one of this.#graph.querySelectorAll(".frame")) {
				const isCurrent = one.dataset["step"] === String(id);
				one.tabIndex = isCurrent ? 0 : -1;
				if (isCurrent) one.focus({ preventScroll: false });
			}
		}
	};
	function stepOf(target) {
		const element = target instanceof Element ? target.closest("[data-step]") : null;
		return element ? Number(element.dataset["step"]) : void 0;
	}
	// cli/terminal/numbers.ts
	function formatNanoseconds(nanoseconds) {
		return Math.abs(nanoseconds) < 1e3 ? \`\${nanoseconds.toFixed(0)} ns\` : \`\${(nanoseconds / 1e3).toFixed(1)} µs\`;
	}
	// cli/explain-page/markup.ts
	const NAMED = {
		"&": "&amp;",
		"<": "&lt;",
		">": "&gt;",
		"\\"": "&quot;",
		"'": "&#39;"
	};
	function escaped(text) {
		return text.replaceAll(/[&<>"']/g, (character) => NAMED[character]).replaceAll(/[^\\t\\n\\r\\u{20}-\\u{d7ff}\\u{e000}-\\u{fffd}\\u{10000}-\\u{10ffff}]/gu, "?");
	}
	function element(name, attributes, content = "") {
		return \`<\${name}\${Object.entries(attributes).map(([key, value]) => value === void 0 ? "" : \` \${key}="\${escaped(typeof value === "number" ? rounded(value) : value)}"\`).join("")}>\${content}</\${name}>\`;
	}
	function rounded(value) {
		return String(Math.round(value * 10) / 10);
	}
	function columnsOf(text) {
		let columns = 0;
		for (const character of text) columns += isWide(character) ? 2 : 1;
		return columns;
	}
	function isWide(character) {
		return /[\\p{Script=Han}\\p{Script=Hangul}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Emoji_Presentation}\\uff00-\\uff60]/u.test(character);
	}
	function shortened(text, columns) {
		return columnsOf(text) <= columns ? text : \`\${head(text, columns - 1)}…\`;
	}
	function wrapped(text, columns, most) {
		const lines = [];
		let left = text.trim();
		while (left !== "" && lines.length < most - 1 && columnsOf(left) > columns) {
			const space = head(left, columns + 1).lastIndexOf(" ");
			const end = space > columns / 3 ? space : head(left, columns).length;
			lines.push(left.slice(0, end).trimEnd());
			left = left.slice(end).trimStart();
		}
		return left === "" ? lines : [...lines, shortened(left, columns)];
	}
	function head(text, columns) {
		let taken = "";
		let width = 0;
		for (const character of text) {
			width += columnsOf(character);
			if (width > columns) break;
			taken += character;
		}
		return taken;
	}
	const DOWN = 10;
	const MARGIN = 8;
	const BOX_COLUMNS = Math.floor(254 / 7.3);
	const MOST_TITLE_LINES = 3;
	function planLayout(root, view) {
		const boxes = [];
		const edges = [];
		let bottom = MARGIN;
		let right = MARGIN;
		const put = (box) => {
			const placed = {
				...box,
				height: 18 + box.lines.length * 16 + 4
			};
			boxes.push(placed);
			right = Math.max(right, placed.x + 272);
			return placed;
		};
		const place = (step, block, level) => {
			const x = MARGIN + level * 316;
			const isOpen = step.steps.length === 0 ? void 0 : view.isOpen(step);
			const box = put({
				step,
				block,
				x,
				y: bottom,
				lines: linesOf(step),
				isOpen
			});
			const end = bottom + box.height + DOWN;
			if (isOpen) {
				const { chosen, rest } = choose$1(step.steps, view.shown(step));
				for (const below of chosen) edges.push({
					from: box,
					to: place(below, block, level + 1),
					isWay: hasWays(step)
				});
				if (rest.length > 0) edges.push({
					from: box,
					to: more(step, rest, block, level + 1),
					isWay: hasWays(step)
				});
			}
			bottom = Math.max(bottom, end);
			return box;
		};
		const more = (step, rest, block, level) => {
			const x = MARGIN + level * 316;
			const share = rest.reduce((sum, one) => sum + one.share, 0);
			const time = share > 0 ? \`, \${formatNanoseconds(share)} together\` : "";
			const lines = [{
				text: \`… \${rest.length} more\${time}\`,
				role: "title"
			}];
			const box = put({
				step,
				block,
				x,
				y: bottom,
				lines,
				isOpen: void 0,
				hidden: rest.length
			});
			bottom += box.height + DOWN;
			return box;
		};
		for (const [block, step] of root.steps.entries()) {
			place(step, block, 0);
			bottom += DOWN;
		}
		return {
			boxes,
			edges,
			width: right + MARGIN,
			height: Math.max(bottom - 20, 0) + MARGIN
		};
	}
	function choose$1(steps, most) {
		if (steps.length <= most + 1) return {
			chosen: steps,
			rest: []
		};
		const dearest = new Set(steps.toSorted((a, b) => b.share - a.share).slice(0, most));
		return {
			chosen: steps.filter((step) => dearest.has(step)),
			rest: steps.filter((step) => !dearest.has(step))
		};
	}
	function linesOf(step) {
		const { title, lookup, expected, worst } = step;
		const lines = (text, role, most) => wrapped(text, BOX_COLUMNS, most).map((line) => ({
			text: line,
			role
		}));
		const cost = expected === void 0 || worst === void 0 ? [] : lines(\`\${formatNanoseconds(expected)}, at worst \${formatNanoseconds(worst)}\`, "cost", 1);
		return [
			...lines(title, "title", MOST_TITLE_LINES),
			...lookup === void 0 ? [] : lines(lookup, "lookup", 2),
			...cost
		];
	}
	const MOST_OPENED = 120;
	function openedAtFirst(root) {
		const opened = new Set();
		let boxes = 0;
		let level = root.steps;
		while (level.length > 0) {
			const next = [];
			for (const step of level.toSorted((a, b) => b.share - a.share)) {
				const below = choose$1(step.steps, 8).chosen;
				if (below.length === 0 || boxes + below.length > MOST_OPENED) continue;
				boxes += below.length;
				opened.add(step.id);
				next.push(...below);
			}
			level = next;
		}
		return opened;
	}
	// cli/explain-page/plan-markup.ts
	function planMarkup({ boxes, edges }, total) {
		return [...edges.map(edgeMarkup), ...boxes.map((box) => boxMarkup(box, total))].join("\\n");
	}
	function edgeMarkup({ from, to, isWay }) {
		const [start, end] = [from.x + 272, to.x];
		const middle = (start + end) / 2;
		const [top, bottom] = [from.y, to.y].map((y) => y + 9 + 8);
		const way = top === bottom ? \`M\${start} \${top}H\${end}\` : \`M\${start} \${top}H\${middle}V\${bottom}H\${end}\`;
		return element("path", {
			class: isWay ? "edge way" : "edge",
			d: way
		});
	}
	function boxMarkup({ step, block, x, y, height, lines, isOpen, hidden }, total) {
		const part = total > 0 && hidden === void 0 ? step.share / total : 0;
		const texts = lines.map((line, at) => textMarkup(line, at));
		const bar = element("rect", {
			class: "bar",
			x: 0,
			y: height - 4,
			width: 272 * part,
			height: 4
		});
		const content = [
			element("title", {}, escaped(hidden === void 0 ? step.title : lines[0].text)),
			element("rect", {
				class: \`box \${hueOf(block)}\`,
				width: 272,
				height,
				rx: 4
			}),
			part > 0 ? bar : "",
			element("svg", {
				width: 272,
				height
			}, texts.join("")),
			isOpen === false ? element("path", {
				class: "closed",
				d: \`M276 12l6 5l-6 5z\`
			}) : ""
		];
		return element("g", {
			class: hidden === void 0 ? "step" : "step more",
			transform: \`translate(\${x} \${y})\`,
			"data-step": step.id,
			"aria-expanded": isOpen === void 0 ? void 0 : String(isOpen)
		}, content.join(""));
	}
	function textMarkup({ text, role }, at) {
		return element("text", {
			class: role,
			x: 9,
			y: 9 + at * 16 + 12
		}, escaped(text));
	}
	// cli/explain-page/client/plan-view.ts
	var PlanView = class {
		#picture = byId("plan-picture");
		#choose;
		#state;
		#opened = new Set();
		#shown = new Map();
		#current = "";
		constructor(choose) {
			this.#choose = choose;
			this.#picture.addEventListener("click", (event) => {
				const box = boxOf(event.target);
				if (box) this.#use(box);
			});
			this.#picture.addEventListener("keydown", (event) => this.#pressed(event));
		}
		show(state) {
			const isNew = this.#state?.plane !== state.plane;
			const isChosen = this.#state?.chosen !== state.chosen;
			if (isNew) {
				this.#opened = openedAtFirst(state.plane.root);
				this.#shown = new Map();
				this.#current = "";
			}
			this.#state = state;
			if (!isNew && isChosen) this.#reveal(state.chosen);
			this.#draw();
			if (!isNew && isChosen) this.#scrollTo(state.chosen);
		}
		#draw() {
			const state = this.#state;
			if (!state) return;
			const layout = planLayout(state.plane.root, {
				isOpen: ({ id }) => this.#opened.has(id),
				shown: ({ id }) => this.#shown.get(id) ?? 8
			});
			const hadFocus = this.#picture.contains(document.activeElement);
			const { width, height } = layout;
			this.#picture.innerHTML = \`<svg xmlns="http://www.w3.org/2000/svg" width="\${width}" height="\${height}">\${planMarkup(layout, state.plane.root.share)}</svg>\`;
			const boxes = this.#boxes();
			if (boxes.every((box) => keyOf(box) !== this.#current)) this.#current = boxes[0] ? keyOf(boxes[0]) : "";
			for (const box of boxes) {
				const id = idOf(box);
				const step = state.steps[id];
				const isMore = box.classList.contains("more");
				box.setAttribute("role", "button");
				box.setAttribute("tabindex", keyOf(box) === this.#current ? "0" : "-1");
				box.setAttribute("aria-label", isMore ? \`show more of: \${step.title}\` : labelOf(step));
				if (!isMore) box.classList.add(...foundClass(state, id).split(" ").filter(Boolean));
				if (!isMore && id === state.chosen) box.classList.add("chosen");
			}
			if (hadFocus) this.#focus(this.#current);
		}
		#boxes() {
			return [...this.#picture.querySelectorAll("g.step")];
		}
		#use(box) {
			const id = idOf(box);
			this.#current = keyOf(box);
			if (box.classList.contains("more")) {
				const before = this.#shown.get(id) ?? 8;
				this.#shown.set(id, before * 4);
				this.#draw();
			} else if (this.#state?.chosen === id) this.#toggle(id);
			else this.#choose(id);
		}
		#toggle(id) {
			if (!this.#opened.delete(id)) this.#opened.add(id);
			this.#draw();
		}
		#reveal(id) {
			const { parents, steps } = this.#state;
			for (let [child, above] = [steps[id], parents[id]]; above; [child, above] = [above, parents[above.id]]) {
				this.#opened.add(above.id);
				const rank = above.steps.toSorted((a, b) => b.share - a.share).findIndex(({ id: own }) => own === child.id);
				if (rank >= (this.#shown.get(above.id) ?? 8)) this.#shown.set(above.id, rank + 1);
			}
		}
		#scrollTo(id) {
			const box = this.#boxes().find((one) => idOf(one) === id && !one.classList.contains("more"));
			if (!box) return;
			const [inner, outer] = [box.getBoundingClientRect(), this.#picture.getBoundingClientRect()];
			if (inner.left < outer.left || inner.right > outer.right) this.#picture.scrollLeft += inner.left - outer.left - 24;
			if (inner.top < outer.top || inner.bottom > outer.bottom) this.#picture.scrollTop += inner.top - outer.top - 24;
		}
		#pressed(event) {
			const box = boxOf(event.target);
			if (!box) return;
			const boxes = this.#boxes();
			const at = boxes.indexOf(box);
			const id = idOf(box);
			const isOpen = box.getAttribute("aria-expanded");
			if (event.key === "Enter" || event.key === " ") this.#use(box);
			else if (event.key === "ArrowRight" && isOpen === "false") this.#toggle(id);
			else if (event.key === "ArrowRight" || event.key === "ArrowDown") this.#focusBox(boxes[at + 1]);
			else if (event.key === "ArrowUp") this.#focusBox(boxes[at - 1]);
			else if (event.key === "ArrowLeft") this.#left(id, isOpen === "true" && id === this.#state?.chosen);
			else return;
			event.preventDefault();
		}
		#left(id, closes) {
			if (closes) return this.#toggle(id);
			const above = this.#state?.parents[id];
			if (above) this.#focus(String(above.id));
		}
		#focusBox(box) {
			if (box) this.#focus(keyOf(box));
		}
		#focus(key) {
			const boxes = this.#boxes();
			const wanted = boxes.find((box) => keyOf(box) === key);
			if (!wanted) return;
			this.#current = key;
			for (const box of boxes) box.setAttribute("tabindex", box === wanted ? "0" : "-1");
			wanted.focus();
		}
	};
	function boxOf(target) {
		return target instanceof Element ? target.closest("g.step") : null;
	}
	function idOf(box) {
		return Number(box.dataset["step"]);
	}
	function keyOf(box) {
		return \`\${idOf(box)}\${box.classList.contains("more") ? " more" : ""}\`;
	}
	function labelOf({ title, lookup, expected }) {
		return [
			title,
			lookup,
			expected === void 0 ? void 0 : \`expected \${nanoseconds(expected)}\`
		].filter((part) => part !== void 0).join("; ");
	}
	// cli/explain-page/client/rules-view.ts
	const ROWS = 200;
	var RulesView = class {
		#body = byId("rules-body");
		#more = byId("rules-more");
		#choose;
		#state;
		#rows = [];
		#most = ROWS;
		constructor(choose) {
			this.#choose = choose;
			this.#more.addEventListener("click", () => {
				this.#most += 1e3;
				this.#draw();
			});
		}
		show(state) {
			if (this.#state?.plane !== state.plane) this.#rows = rowsOf(state.plane.root);
			if (this.#state?.found !== state.found) this.#most = ROWS;
			this.#state = state;
			this.#draw();
		}
		#draw() {
			const state = this.#state;
			if (!state) return;
			const { found, plane } = state;
			const rows = found ? this.#rows.filter(({ steps }) => steps.some(({ id }) => found.has(id))) : this.#rows;
			this.#body.replaceChildren(...rows.slice(0, this.#most).map((row) => this.#row(row, state)));
			const left = rows.length - this.#most;
			this.#more.hidden = left <= 0;
			this.#more.textContent = \`Show more (\${left} left)\`;
			const time = rows.reduce((sum, { share }) => sum + share, 0);
			const times = plane.isTimed ? \`, \${nanoseconds(time)} of \${nanoseconds(plane.root.share)}\` : "";
			byId("rules-count").textContent = \`\${rows.length} of \${this.#rows.length} rules\${times}\`;
			byId("rules").classList.toggle("untimed", !plane.isTimed);
		}
		#row(row, { plane, chosen }) {
			const { rule, block, lines, share, steps } = row;
			const made = document.createElement("tr");
			const button = withText("button", rule);
			button.addEventListener("click", () => this.#choose(steps[0].id));
			const name = withText("td", "", "rule");
			name.append(button);
			const bar = withText("td", "", "part");
			const inner = withText("span", percent(share, plane.root.share), "part-bar");
			inner.style.setProperty("--part", String(plane.root.share === 0 ? 0 : share / plane.root.share));
			bar.append(inner);
			made.append(name, withText("td", block), withText("td", lines), withText("td", nanoseconds(share), "time"), bar);
			if (steps.some(({ id }) => id === chosen)) made.className = "chosen";
			return made;
		}
	};
	function rowsOf(root) {
		const rows = new Map();
		const add = (block, step, share) => {
			const { rule, lines = "" } = step;
			if (rule === void 0) return;
			const key = JSON.stringify([
				block,
				rule,
				lines
			]);
			const known = rows.get(key);
			if (known) {
				known.share += share;
				known.steps.push(step);
			} else rows.set(key, {
				rule,
				block,
				lines,
				share,
				steps: [step]
			});
		};
		for (const block of root.steps) {
			const charge = (step, share) => {
				add(block.title, step, share);
				const below = step.steps.reduce((sum, one) => sum + one.share, 0);
				for (const one of step.steps) charge(one, below > 0 ? share * one.share / below : share / step.steps.length);
			};
			charge(block, block.share);
		}
		return [...rows.values()].toSorted((a, b) => b.share - a.share);
	}
	// cli/explain-page/client/main.ts
	const data = JSON.parse(byId("data").textContent ?? "");
	const search = byId("search");
	const choice = byId("plane");
	let state = stateOf(0);
	const views = [
		new FlameView(choose),
		new PlanView(choose),
		new DeviceView(),
		new RulesView(choose)
	];
	function stateOf(index) {
		const plane = data.planes[index];
		const steps = [];
		const parents = [];
		for (const step of everyStep(plane.root)) {
			steps[step.id] = step;
			for (const below of step.steps) parents[below.id] = step;
		}
		return {
			plane,
			steps,
			parents,
			chosen: 0,
			found: void 0
		};
	}
	function choose(id) {
		state = {
			...state,
			chosen: id
		};
		show();
	}
	function show() {
		for (const view of views) view.show(state);
		showDetails(state);
	}
	function searched(text) {
		const words = text.toLowerCase().split(/\\s+/).filter(Boolean);
		if (words.length === 0) return void 0;
		const found = state.steps.filter(({ title, lookup = "", rule = "", lines = "" }) => {
			const own = \`\${title}\\n\${lookup}\\n\${rule}\\n\${lines}\`.toLowerCase();
			return words.every((word) => own.includes(word));
		});
		return new Set(found.map(({ id }) => id));
	}
	function find() {
		const found = searched(search.value);
		state = {
			...state,
			found
		};
		byId("search-count").textContent = found ? \`\${found.size} found\` : "";
		show();
	}
	search.addEventListener("input", find);
	choice.addEventListener("change", () => {
		state = stateOf(choice.selectedIndex);
		find();
	});
	document.addEventListener("keydown", (event) => {
		if (event.key === "/" && !(event.target instanceof HTMLInputElement)) {
			event.preventDefault();
			search.focus();
		} else if (event.key === "Escape" && event.target === search) {
			search.value = "";
			find();
		}
	});
	choice.append(...data.planes.map(({ target, plane }) => new Option(\`\${target}, \${plane}\`)));
	byId("plane-choice").hidden = data.planes.length < 2;
	show();
})();
`;

/** page.css */
export const PAGE_STYLE = `:root {
  color-scheme: light dark;
  --ground: #ffffff;
  --text: #14181f;
  --quiet: #57606e;
  --line: #b9c1cd;
  --field: #f3f5f8;
  --accent: #0b5fc4;
  --found: #b3261e;
  --plain: #e3e7ed;
  --hue-0: #cfe3ff;
  --hue-1: #ffe0b8;
  --hue-2: #cdeccd;
  --hue-3: #f8d2e4;
  --hue-4: #e2d7fb;
  --hue-5: #f2ebac;
  --mono: ui-monospace, 'SF Mono', Menlo, Consolas, 'Liberation Mono', 'DejaVu Sans Mono', monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #12161c;
    --text: #eaeff5;
    --quiet: #a3adba;
    --line: #4a5462;
    --field: #1c222b;
    --accent: #7db7ff;
    --found: #ff9a8f;
    --plain: #2c343f;
    --hue-0: #1e3f66;
    --hue-1: #63431c;
    --hue-2: #1f5232;
    --hue-3: #63294b;
    --hue-4: #44336e;
    --hue-5: #565010;
  }
}
* {
  box-sizing: border-box;
}
[hidden] {
  display: none !important;
}
body {
  margin: 0 auto;
  padding: 1rem;
  max-width: 110rem;
  background: var(--ground);
  color: var(--text);
  font:
    15px/1.5 system-ui,
    sans-serif;
}
h1 {
  margin: 0;
  font-size: 1.35rem;
  overflow-wrap: anywhere;
}
h2 {
  margin: 1.6rem 0 0.3rem;
  font-size: 1.1rem;
}
h3 {
  margin: 0;
  font: 600 14px/1.5 var(--mono);
  overflow-wrap: anywhere;
}
p {
  margin: 0.2rem 0 0.6rem;
  max-width: 60rem;
}
.quiet {
  color: var(--quiet);
}
button,
input,
select {
  font: inherit;
  color: inherit;
}
:focus-visible {
  outline: 2px solid var(--accent);
  outline-offset: 1px;
}
.tools {
  position: sticky;
  top: 0;
  z-index: 2;
  display: flex;
  flex-wrap: wrap;
  gap: 0.4rem 1rem;
  align-items: center;
  padding: 0.5rem 0;
  background: var(--ground);
  border-bottom: 1px solid var(--line);
}
.tools label {
  display: flex;
  flex-wrap: wrap;
  gap: 0.4rem;
  align-items: center;
}
.tools input,
.tools select,
.action {
  padding: 0.25rem 0.5rem;
  max-width: 100%;
  background: var(--field);
  border: 1px solid var(--line);
  border-radius: 4px;
}
.tools input {
  width: 18rem;
}
#flame-graph {
  position: relative;
}
.frame {
  position: absolute;
  height: 25px;
  padding: 0 5px;
  overflow: hidden;
  border: 0;
  border-right: 1px solid var(--ground);
  border-radius: 2px;
  font: 12px/25px var(--mono);
  text-align: left;
  text-overflow: ellipsis;
  white-space: nowrap;
  cursor: pointer;
}
.frame:empty {
  padding: 0;
}
.frame:focus-visible {
  z-index: 1;
  outline-offset: -2px;
}
.plain {
  background: var(--plain);
  fill: var(--plain);
}
.hue-0 {
  background: var(--hue-0);
  fill: var(--hue-0);
}
.hue-1 {
  background: var(--hue-1);
  fill: var(--hue-1);
}
.hue-2 {
  background: var(--hue-2);
  fill: var(--hue-2);
}
.hue-3 {
  background: var(--hue-3);
  fill: var(--hue-3);
}
.hue-4 {
  background: var(--hue-4);
  fill: var(--hue-4);
}
.hue-5 {
  background: var(--hue-5);
  fill: var(--hue-5);
}
.missed {
  opacity: 0.35;
}
.frame.found {
  box-shadow: inset 0 -3px var(--found);
}
.frame.chosen {
  box-shadow: inset 0 0 0 2px var(--text);
}
#details {
  margin-top: 0.8rem;
  padding: 0.6rem 0.8rem;
  background: var(--field);
  border-left: 4px solid var(--accent);
}
dl {
  display: grid;
  grid-template-columns: max-content minmax(0, 1fr);
  gap: 0.1rem 1rem;
  margin: 0.3rem 0 0;
}
dt {
  color: var(--quiet);
}
dd {
  margin: 0;
  overflow-wrap: anywhere;
}
#plan-picture {
  max-height: 80vh;
  overflow: auto;
  border: 1px solid var(--line);
  border-radius: 4px;
}
svg {
  display: block;
}
.step {
  cursor: pointer;
}
.step:focus-visible {
  outline: none;
}
.box {
  stroke: var(--line);
}
.chosen > .box {
  stroke: var(--text);
  stroke-width: 2;
}
.found > .box {
  stroke: var(--found);
  stroke-width: 2;
}
.step:focus-visible > .box {
  stroke: var(--accent);
  stroke-width: 3;
}
.more > .box {
  fill: var(--ground);
  stroke-dasharray: 4 3;
}
.edge {
  fill: none;
  stroke: var(--quiet);
}
.edge.way {
  stroke-dasharray: 4 3;
}
.bar {
  fill: var(--accent);
}
.closed {
  fill: var(--quiet);
}
.step text {
  font: 12px var(--mono);
  fill: var(--text);
}
.step .title {
  font-weight: 600;
}
.step .cost {
  fill: var(--text);
}
.legend {
  display: flex;
  flex-wrap: wrap;
  gap: 0.2rem 1.4rem;
  margin: 0 0 0.5rem;
  padding: 0;
  list-style: none;
}
.legend svg {
  display: inline-block;
  vertical-align: middle;
}
.table {
  overflow-x: auto;
}
table {
  width: 100%;
  border-collapse: collapse;
}
th,
td {
  padding: 0.2rem 0.6rem;
  border-bottom: 1px solid var(--line);
  text-align: left;
  vertical-align: top;
}
th {
  color: var(--quiet);
  font-weight: 600;
  white-space: nowrap;
}
#rules td:nth-child(2) {
  white-space: nowrap;
}
.rule {
  min-width: 16rem;
}
.rule button {
  padding: 0;
  background: none;
  border: 0;
  font: 13px/1.5 var(--mono);
  text-align: left;
  overflow-wrap: anywhere;
  cursor: pointer;
}
.time,
.number {
  text-align: right;
  white-space: nowrap;
}
#device-tables .name {
  white-space: nowrap;
}
#device h3 {
  margin: 1rem 0 0.3rem;
}
.name,
.keys {
  font: 13px/1.5 var(--mono);
  overflow-wrap: anywhere;
}
.keys span:not(:last-child)::after {
  content: ', ';
}
.who.host {
  color: var(--found);
}
.part {
  min-width: 7rem;
}
.part-bar {
  display: block;
  padding: 0 0.2rem;
  white-space: nowrap;
  background: linear-gradient(var(--hue-0), var(--hue-0)) no-repeat 0 / calc(100% * var(--part)) 100%;
}
tr.chosen {
  background: var(--field);
}
.untimed .time,
.untimed .part {
  display: none;
}
pre {
  overflow: auto;
}
@media (max-width: 40rem) {
  body {
    padding: 0.6rem;
  }
  .tools label,
  .tools input {
    width: 100%;
  }
  dl {
    grid-template-columns: minmax(0, 1fr);
    gap: 0;
  }
  thead {
    display: none;
  }
  tr {
    display: flex;
    flex-wrap: wrap;
    gap: 0 0.9rem;
    padding: 0.3rem 0;
    border-bottom: 1px solid var(--line);
  }
  td {
    padding: 0;
    border: 0;
    color: var(--quiet);
    overflow-wrap: anywhere;
  }
  td:empty {
    display: none;
  }
  #device td.name,
  #device td.keys {
    flex: 1 0 100%;
  }
  #device td.name {
    color: var(--text);
  }
  .entries::before {
    content: 'entries ';
  }
  .room::before {
    content: 'of ';
  }
  .bits::after {
    content: ' bits';
  }
  .rule {
    flex: 1 0 100%;
    min-width: 0;
    color: var(--text);
  }
}
`;
