import { describe, expect, it } from "vitest";
import { SMALL_TOKENIZER } from "../../testing/smallTokenizer";
import { encodeUtf8 } from "../core/utf8";
import type { ByteSource } from "./containers/byteSource";
import { importFile } from "./importFile";
import type { RolloutRecord } from "./record";
import { isWords, looksLikeTokenizer, openTokenizer, piecesOf, tokenised } from "./tokenizer";

const tokenizer = await openTokenizer(SMALL_TOKENIZER, "tokenizer.json");
const record = (fields: Partial<RolloutRecord>): RolloutRecord => ({
	schema: "ascribe.rollout/1",
	id: "a",
	tokens: ["low", " lower"],
	...fields,
});

describe("a tokenizer.json", () => {
	it.each([
		["low", [10], ["low"]],
		["low low", [10, 11], ["low", " low"]],
		["slower", [5, 10, 3, 4], ["s", "low", "e", "r"]],
		["low  low", [10, 6, 11], ["low", " ", " low"]],
		["lüw", [0, 7, 8, 2], ["l", "", "ü", "w"]],
		["", [], []],
	])("cuts %j by its merges", (text, ids, pieces) => {
		expect(tokenizer.encode(text)).toEqual({ ids, pieces });
		expect(pieces.join("")).toBe(text);
	});

	it("is told by how it begins", () => {
		expect(looksLikeTokenizer(SMALL_TOKENIZER)).toBe(true);
		expect(looksLikeTokenizer('{"version":"1.0","prompt":"x"}')).toBe(false);
		expect(looksLikeTokenizer('{"input":"","output":""}')).toBe(false);
		expect(tokenizer.size).toBe(12);
	});

	it.each([
		["nonsense", /tokenizer\.json is not JSON/],
		['{"version":"1.0"}', /it has no "model"/],
		['{"version":"1.0","model":{"type":"Nobody"}}', /tokenizer\.json is a tokenizer that cannot be used here: .+\.$/],
	])("that is %s is refused in one sentence", async (text, message) => {
		await expect(openTokenizer(text, "tokenizer.json")).rejects.toThrow(message);
	});
});

describe("rollouts of text alone", () => {
	it("become token ids with the text of each", () => {
		expect(tokenised(record({ advantages: { trl: [0.5, 0.5] }, reward: 1 }), tokenizer)).toEqual(
			record({
				tokens: [10, 11, 3, 4],
				text: ["low", " low", "e", "r"],
				advantages: { trl: [0.5, 0.5, 0.5, 0.5] },
				reward: 1,
			}),
		);
	});

	it("keep their turns and masks, whose ends no token crosses", () => {
		const chat = record({
			tokens: ["s", " low", "er", " low"],
			mask: [1, 1, 0, 1],
			turns: [
				{ start: 0, end: 2, actor: "policy" },
				{ start: 2, end: 3, actor: "tool" },
				{ start: 3, end: 4, actor: "policy" },
			],
		});
		expect(tokenised(chat, tokenizer)).toMatchObject({
			tokens: [5, 11, 3, 4, 11],
			mask: [1, 1, 0, 0, 1],
			turns: [
				{ start: 0, end: 2, actor: "policy" },
				{ start: 2, end: 4, actor: "tool" },
				{ start: 4, end: 5, actor: "policy" },
			],
		});
	});

	it.each([
		["ids that have their text", record({ tokens: [1, 2], text: ["o", "w"] })],
		["token texts that are no words", record({ tokens: ["l", "ow"] })],
		["placeholders", record({ tokens: ["▯", "▯"] })],
		["log-probabilities", record({ logprobs: [-1, -2] })],
		["credit that differs within", record({ advantages: { x: [1, 2] } })],
		["nothing", record({ tokens: [] })],
	])("but not those with %s", (_, given) => {
		expect(isWords(given)).toBe(false);
		expect(tokenised(given, tokenizer)).toBe(given);
	});

	it("get the text of ids that have none, and the number of one that the model does not have", () => {
		expect(tokenised(record({ tokens: [5, 10, 11] }), tokenizer).text).toEqual(["s", "low", " low"]);
		expect(tokenised(record({ tokens: [0, 7, 8] }), tokenizer).text).toEqual(["l", "", "ü"]);
		expect(tokenised(record({ tokens: [5, 99] }), tokenizer)).toMatchObject({ tokens: [5, 99], text: ["s", "⟨99⟩"] });
	});

	it("come from an importer as tokens, and from our own format as they are", async () => {
		const source = (text: string): ByteSource => {
			const bytes = encodeUtf8(text);
			return { name: "12.jsonl", size: bytes.length, read: async (start, end) => bytes.slice(start, end) };
		};
		const verl = JSON.stringify({ input: "low", output: "slow low", score: 1, step: 3 });
		const { lines } = await importFile(source(verl), { tokenizer });
		expect(lines[0]?.record).toMatchObject({ tokens: [5, 10, 11], text: ["s", "low", " low"], reward: 1, step: 3 });
		expect((await importFile(source(verl), { tokenizer })).warnings).toEqual([]);
		const unknown = JSON.stringify({ input: "low", output: "low x", score: 1, step: 3 });
		expect((await importFile(source(`${verl}\n${unknown}\n`), { tokenizer })).warnings).toEqual([
			"tokenizer.json normalises text or does not know all its characters: the tokens of 1 of 2 rollouts do not spell what the file says, first in 12.jsonl, line 2.",
		]);
		const own = JSON.stringify(record({ reward: 1 }));
		expect((await importFile(source(own), { tokenizer })).lines[0]?.record.tokens).toEqual(["low", " lower"]);
	});
});

describe("pieces of tokens", () => {
	it("are what each adds to the text before it, where a decoder drops the first space", () => {
		const names = ["▁a", "▁b", "c"];
		const decode = (ids: readonly number[]) =>
			ids
				.map((id) => names[id])
				.join("")
				.replaceAll("▁", " ")
				.replace(/^ /, "");
		expect(piecesOf([0, 1, 2, 1], decode)).toEqual(["a", " b", "c", " b"]);
	});
});
