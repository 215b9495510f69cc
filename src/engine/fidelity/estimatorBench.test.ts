import { describe, expect, it } from "vitest";
import { near } from "../../testing/near";
import { estimatorBench } from "./estimatorBench";

const options = { steps: 11, sigma: 0.5, episodes: 32, batches: 80, seed: 1 };
const rows = new Map(estimatorBench(options).map((row) => [row.id, row]));
const of = (id: string) => rows.get(id)!;
describe("estimators on the key chain", () => {
	it("with exact values say ½ for the key, baselines of the batch ½ · 31/32", () => {
		for (const id of ["td0", "gae", "monteCarlo"]) near(of(id).mean, 0.5, 3 * of(id).error + 1e-12);
		for (const id of ["episode", "toGo", "gaeFitted"]) near(of(id).mean, (0.5 * 31) / 32, 3 * of(id).error);
	});

	it("spread as their closed forms say: σ√n for outcomes, σ√Σλ²ᵏ for GAE, not at all for TD(0)", () => {
		// Ten coins of ±½; 1,280 episodes: standard error of a deviation about sd/√2560, in clusters somewhat more.
		near(of("monteCarlo").sd, 0.5 * Math.sqrt(10), 0.15);
		near(of("episode").sd, 0.5 * Math.sqrt(10), 0.15);
		const gae = 0.5 * Math.sqrt(Array.from({ length: 10 }, (_, k) => 0.81 ** (k + 1)).reduce((a, x) => a + x, 0));
		near(of("gae").sd, gae, 0.1);
		expect(of("td0").sd).toBe(0);
	});

	it("leak onto actions that do nothing: σ for TD(0), the whole spread of the return for the episode's", () => {
		near(of("td0").leak, 0.5, 1e-12);
		near(of("episode").leak, Math.sqrt((2.5 + 0.25) * (31 / 32)), 0.1);
		expect(of("cocoa").leak).toBe(0);
		expect(of("syntheticReturns").leak).toBeLessThanOrEqual(0.2);
	});

	it("show what the taken action of COCOA and the even spread of IRCR get wrong", () => {
		near(of("cocoa").mean, 1, 3 * of("cocoa").error);
		expect(of("ircr").mean).toBeGreaterThanOrEqual(0.5);
		const quiet = new Map(estimatorBench({ ...options, sigma: 0, batches: 20 }).map((row) => [row.id, row]));
		expect(quiet.get("ircr")!.mean).toBe(1);
		for (const id of ["td0", "gae", "monteCarlo"]) expect(quiet.get(id)!.leak).toBe(0);
	});

	it("of regressions halve the spread of the outcome at least", () => {
		for (const id of ["decomposition", "rudder"]) {
			near(of(id).mean, 0.48, 3 * of(id).error);
			expect(of(id).sd).toBeLessThanOrEqual(0.5);
			expect(of(id).leak).toBeLessThanOrEqual(0.5);
		}
	});
});
