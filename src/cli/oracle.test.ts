import { describe, expect, it } from "vitest";
import { oracleCommand } from "./oracle";
import { EXIT, runCli } from "./run";
import { captureIo } from "./testing";

interface Line {
	mode: string;
	tokens: number[];
	V: number[];
	lo: number[];
	hi: number[];
	Q: Record<string, number>[];
	advantage: number[];
	luck: number[];
}
async function call(...argv: string[]) {
	const io = captureIo();
	const status = await runCli([oracleCommand], ["oracle", ...argv], io);
	const lines = io.stdout().trim().split("\n").filter(Boolean);
	return { status, lines: lines.map((line) => JSON.parse(line) as Line), stderr: io.stderr() };
}

describe("ascribe oracle", () => {
	it("prints exact values of the initial policy, which enumeration and a closed search agree on", async () => {
		const exact = await call("keydoor@1", "--prompts", "1", "--group", "2");
		const searched = await call(
			"keydoor@1",
			"--prompts",
			"1",
			"--group",
			"2",
			"--mode",
			"bestfirst",
			"--tolerance",
			"0",
		);
		expect([exact.status, exact.lines.length]).toEqual([EXIT.good, 2]);
		exact.lines.forEach((line, i) => {
			const T = line.tokens.length;
			expect([line.V.length, line.lo.length, line.Q.length, line.advantage.length]).toEqual([T + 1, T + 1, T, T]);
			expect(line.V[T]).toBe(0);
			line.V.forEach((v, t) => {
				expect(Math.abs(v - searched.lines[i]!.V[t]!)).toBeLessThanOrEqual(1e-12);
			});
			line.tokens.forEach((token, t) => {
				const change = line.advantage[t]! + line.luck[t]!;
				expect(Math.abs(line.Q[t]![token]! - line.V[t]! - change)).toBeLessThanOrEqual(1e-12);
			});
		});
	});

	it("chooses the mode by the size of the tree, and says how wide its intervals are", async () => {
		const small = await call("modchain@1", "--prompts", "1");
		expect(small.lines.map((line) => [line.mode, line.hi[0]! - line.lo[0]!])).toEqual([["enumerate", 0]]);
		const sampled = await call("keydoor@1", "--prompts", "1", "--mode", "montecarlo", "--samples", "4");
		expect(sampled.lines[0]).toMatchObject({ mode: "montecarlo", cost: { sampledTokens: expect.any(Number) } });
		expect(sampled.lines[0]!.hi[0]!).toBeGreaterThan(sampled.lines[0]!.lo[0]!);
	});

	it("prints soft values, whose optimal policy is one", async () => {
		const { lines } = await call("modchain@1", "--prompts", "1", "--soft", "0.5");
		const [line] = lines as (Line & { optimal: Record<string, number>[]; beta: number })[];
		expect([line!.mode, line!.beta, line!.V.length]).toEqual(["soft", 0.5, line!.tokens.length + 1]);
		for (const row of line!.optimal)
			expect(Math.abs(Object.values(row).reduce((a, x) => a + x, 0) - 1)).toBeLessThanOrEqual(1e-12);
		expect((await call("modchain@1", "--soft", "1", "--mode", "dp")).status).toBe(EXIT.wrongCall);
	});

	it("adds one line of measures where they are asked for", async () => {
		const { lines } = await call("keydoor@1", "--prompts", "2", "--measures");
		expect(lines).toHaveLength(3);
		expect(lines[2]).toMatchObject({ task: "keydoor", pivotalShare: expect.any(Number) });
	});

	it("refuses a mode that cannot value a transformer, in one sentence", async () => {
		const { status, stderr } = await call("keydoor@1", "--mode", "dp");
		expect(status).toBe(EXIT.wrongCall);
		expect(stderr).toContain("sees the whole prefix");
	});
});
