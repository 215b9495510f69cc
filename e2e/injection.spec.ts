import { test as base, type Page } from "@playwright/test";
import { expect, test } from "./test";

// Text from a file or a link stays text, wherever it stands: nothing of it becomes an element, runs, or asks the network for anything.

const RUN = "globalThis.owned = (globalThis.owned ?? 0) + 1";
const PAYLOADS: Readonly<Record<string, string>> = {
	image: `<img src=x onerror="${RUN}">`,
	script: `<script>${RUN}</script>`,
	"out of an attribute": `"' autofocus onfocus="${RUN}" x="><svg onload="${RUN}">`,
	frame: `<iframe srcdoc="<script>parent.${RUN}</script>"></iframe>`,
	link: `<a href="javascript:${RUN}" id=clobbered>x</a>`,
	"style that loads": `</style><b style="background:url(https://example.org/leak)">x</b>`,
	"end of a comment": `--><math><mtext><img src=x onerror="${RUN}">`,
	template: `{{constructor.constructor('${RUN}')()}}\${${RUN}}`,
	formula: `=HYPERLINK("javascript:${RUN}")`,
	"name of every object": "__proto__",
	"name of a method": "constructor",
};

/** Every field of a rollout that reaches the page, with the text in its place. */
function filesWith(text: string): { name: string; rows: unknown[] }[] {
	const named = (value: unknown) => JSON.parse(`{${JSON.stringify(text)}: ${JSON.stringify(value)}}`) as unknown;
	const own = [1, 0].map((reward, i) => ({
		schema: "ascribe.rollout/1",
		id: `${text} ${i}`,
		group: `g ${text}`,
		prompt: `prompt ${text}`,
		tokens: [`token${text}`, ` ${text}`, `end${text}`],
		text: [`token${text}`, ` ${text}`, `end${text}`],
		mask: [1, 0, 1],
		reward,
		dims: named(reward),
		signals: named([1, 2, 3]),
		advantages: named([0.5 - i, 0, 0.5 - i]),
		turns: [
			{ start: 0, end: 1, actor: "policy", state_key: text },
			{ start: 1, end: 2, actor: text },
			{ start: 2, end: 3, actor: "policy" },
		],
		response: text,
		...(named(text) as object),
	}));
	const verl = [1, 0].map((score, i) => ({
		input: text,
		output: `verl ${text}`,
		score,
		...(named(score) as object),
		step: 2,
		uid: `${text}_${i}_0`,
	}));
	const call = { function: { name: text, arguments: JSON.stringify({ [text]: text }) } };
	const chats = [1, 0].map((reward, i) => ({
		id: `chat ${text} ${i}`,
		group: `chat ${text}`,
		reward,
		messages: [
			{ role: "user", content: text },
			{ role: "assistant", content: text, reasoning_content: text, tool_calls: [call] },
			{ role: text, content: text },
			{ role: "assistant", content: `chat ${text}` },
		],
	}));
	const node = (parent: number | null, message: object, sampled: boolean) => ({
		parent,
		message,
		sampled,
		token_ids: [1, 2],
	});
	const traces = [1, 0].map((score, i) => ({
		id: `trace ${text} ${i}`,
		group: { id: `trace ${text}` },
		traces: [
			{
				nodes: [
					node(null, { role: "user", content: text }, false),
					node(0, { role: "assistant", content: `trace ${text}`, tool_calls: [call] }, true),
					node(1, { role: text, content: text }, false),
				],
				rewards: named({ score, weight: 1 }),
			},
		],
	}));
	// A name may not hold a slash: it would be a folder.
	const name = text.replaceAll("/", "∕");
	return Object.entries({ own, verl, chats, traces }).map(([kind, rows]) => ({ name: `${kind} ${name}.jsonl`, rows }));
}

/** Counts what the policy of the page refuses, before anything of the page runs. */
const watched = (page: Page) =>
	page.addInitScript(() => {
		const seen: string[] = [];
		Object.assign(globalThis, { seen });
		document.addEventListener("securitypolicyviolation", (e) => seen.push(`${e.violatedDirective} ${e.blockedURI}`));
	});

/** What should not be there: violations, what ran, and elements or handlers that only a payload has. */
const harm = (page: Page) =>
	page.evaluate(() => {
		const { seen, owned } = globalThis as unknown as { seen: string[]; owned?: number };
		const odd = document.querySelectorAll(
			"img[src=x], iframe, math, #clobbered, [onerror], [onload], [onfocus], [href^=javascript], [style*='example.org']",
		);
		const polluted = Object.keys(Object.prototype);
		return { seen, ran: owned ?? 0, elements: [...odd].map((e) => e.outerHTML), polluted };
	});
const NONE = { seen: [], ran: 0, elements: [], polluted: [] };

for (const [name, text] of Object.entries(PAYLOADS))
	test(`text of a file stays text: ${name}`, async ({ page }) => {
		const asked: string[] = [];
		page.on("request", (request) => void asked.push(request.url()));
		await watched(page);
		await page.goto("");
		await page.getByRole("tab", { name: "Data" }).click();
		const files = filesWith(text).map((file) => ({
			name: file.name,
			mimeType: "",
			buffer: Buffer.from(file.rows.map((row) => JSON.stringify(row)).join("\n")),
		}));
		await page.getByTestId("files").setInputFiles(files);
		const data = page.locator('[data-panel="data"]');
		await expect(data).toContainText("8 rollouts in 4 groups");
		await expect(data).not.toContainText("Left out");
		const shown = page.locator('[data-panel="credit"]');
		for (const start of ["chat", "end", "trace", "verl"]) {
			await expect(shown).toContainText(start);
			await shown.locator(".token").first().hover();
			expect(await harm(page)).toEqual(NONE);
			const next = data.getByRole("button", { name: "Next group of the files" });
			if (await next.isEnabled()) await next.click();
		}
		for (const finding of await data.locator(".finding summary").all()) await finding.click();
		await page.getByRole("tab", { name: "Rollouts" }).click();
		await expect(page.locator('[data-panel="rollouts"]')).toContainText(text.slice(0, 8));
		expect(await harm(page)).toEqual(NONE);
		const { origin } = new URL(page.url());
		expect(asked.filter((url) => !url.startsWith(origin) && !/^(data|blob):/.test(url))).toEqual([]);
	});

test("notes, settings and names of a link stay text", async ({ page }) => {
	await watched(page);
	for (const text of Object.values(PAYLOADS)) {
		const payload = JSON.stringify({
			p: "keydoor@1",
			c: { seed: 8, [text]: text, method: text },
			v: { [text]: text },
			b: text,
			n: `note ${text}`,
		});
		await page.goto("about:blank");
		await page.goto(`#1j${Buffer.from(payload).toString("base64url")}`);
		await expect(page.getByText("note ").first()).toBeVisible();
		expect(await harm(page)).toEqual(NONE);
	}
});

// Without the watch on the console: here the policy shall speak.
base("the built page has a policy that runs no text and sends nothing, and the browser keeps it", async ({ page }) => {
	await watched(page);
	await page.goto("");
	const meta = page.locator('meta[http-equiv="Content-Security-Policy"]');
	await expect(meta).toHaveCount(1);
	const policy = await meta.getAttribute("content");
	const rules = new Map((policy ?? "").split(/;\s*/).map((rule) => [rule.split(" ")[0], rule.split(" ").slice(1)]));
	expect(rules.get("default-src")).toEqual(["'self'"]);
	expect(rules.get("script-src")).toEqual(["'self'", "'wasm-unsafe-eval'"]);
	expect(rules.get("object-src")).toEqual(["'none'"]);
	expect(rules.get("base-uri")).toEqual(["'none'"]);
	expect(rules.get("form-action")).toEqual(["'none'"]);
	expect((rules.get("connect-src") ?? []).filter((source) => !["'self'", "data:", "blob:"].includes(source))).toEqual(
		[],
	);
	await page.evaluate((run) => {
		const script = document.createElement("script");
		script.textContent = run;
		document.body.append(script);
		document.body.insertAdjacentHTML("beforeend", `<img src=x onerror="${run}">`);
		void fetch("https://example.org/leak").catch(() => undefined);
	}, RUN);
	await expect
		.poll(async () => (await harm(page)).seen.map((line) => line.split(" ")[0]).sort())
		.toEqual(["connect-src", "script-src-attr", "script-src-elem"]);
	expect((await harm(page)).ran).toBe(0);
});
