import { describe, expect, it } from "vitest";
import { askOracle } from "../oracle/oracle";
import { tabularPolicy, uniformPolicy } from "../oracle/policy";
import { resolveParams } from "../spec/params";
import { duet } from "./duet";

const duetOf = (given: Record<string, unknown>) => duet.build(resolveParams(duet.params, given, "task duet"));
const [x, y, red, green, reader, idle, sender] = [0, 1, 4, 5, 12, 13, 14];

describe("duet", () => {
	it("credits the reader for a book that tells secrets apart, and the idle agent with nothing", async () => {
		const task = duetOf({ secrets: 2, symbols: 2 });
		// The reader writes at random, the sender sends what the book reads as the secret if it can.
		const policy = tabularPolicy(task.vocab.tokens.length, "prefix", ({ response, legal }, token) => {
			const book = response.slice(1, 3);
			if (response.at(-1) !== sender || !book.includes(response[3]!)) return 1 / legal.length;
			return book[token] === response[3] ? 1 : 0;
		});
		const item = task.item("train", 0);
		const told = [reader, red, green, green, idle, x, sender, y, green];
		const mute = [reader, red, red, green, idle, x, sender, y, red];
		const [a, b] = await askOracle("enumerate", { task, item, responses: [told, mute], policy });
		// V = 1 with two colours in the book, 1/2 with one; half of the books have two.
		expect([a!.V[0], a!.V[3], b!.V[3]]).toEqual([0.75, 1, 0.5]);
		expect([...a!.advantage]).toEqual([0, 0, 0.25, 0, 0, 0, 0, 0, 0]);
		expect([...b!.advantage]).toEqual([0, 0, -0.25, 0, 0, 0, 0, 0, 0]);
		// Green is drawn: bad luck for a book that only knows red.
		expect(b!.luck[3]).toBe(-0.5);
	});

	it("pays the table of the climbing game and the skill of workers", async () => {
		const climb = duetOf({ game: "climb", idle: false });
		const table = [0, 1, 2].map((row) => [sender, row, reader, x]);
		const question = { task: climb, item: climb.item("train", 0), responses: table, policy: uniformPolicy(19) };
		const rows = await askOracle("dp", question);
		// Row means −19/3, −17/3, 5/3 around −31/9: chance favours the safe row although the first one holds the best entry.
		[-19 / 3, -17 / 3, 5 / 3].forEach((mean, i) => {
			expect(Math.abs(rows[i]!.V[2]! - mean)).toBeLessThanOrEqual(1e-12);
			expect(Math.abs(rows[i]!.advantage[1]! - (mean + 31 / 9))).toBeLessThanOrEqual(1e-12);
		});
		const team = duetOf({ game: "team", secrets: 2, idle: false });
		const led = { task: team, item: team.item("train", 0), responses: [[15, 8, 16]], policy: uniformPolicy(19) };
		const [truth] = await askOracle("enumerate", led);
		expect(truth!.V[0]).toBe(0.75);
		expect(Math.abs(truth!.advantage[1]! - 0.15)).toBeLessThanOrEqual(1e-12);
		expect(Math.abs(truth!.luck[2]! - 0.1)).toBeLessThanOrEqual(1e-12);
	});

	it("refuses an alphabet that is too small for the secrets", () => {
		expect(() => duetOf({ secrets: 4, symbols: 3 })).toThrow(/4 secrets but only 3 messages/);
	});
});
