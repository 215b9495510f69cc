import { expect, it } from "vitest";
import { type Prefix, tabularPolicy } from "./policy";
import { rememberingPolicy } from "./rememberingPolicy";

it("gives the rows of the policy it stands for, and asks it about no prefix twice, not even in one call", async () => {
	const asked: string[] = [];
	const inner = tabularPolicy(3, "prefix", ({ response, item }, token) => response.length + item.prompt[0]! + token);
	const policy = rememberingPolicy({
		...inner,
		logProbs(prefixes) {
			asked.push(...prefixes.map(({ item, response }) => `${item.prompt} ${response}`));
			return inner.logProbs(prefixes);
		},
	});
	const at = (prompt: number[], response: number[]): Prefix => {
		return { item: { id: "", prompt, data: null }, response, legal: [0, 2], key: "" };
	};
	const [first, second, single] = [
		[at([1], [2]), at([1], []), at([1], [2])],
		[at([1], []), at([1, 2], []), at([1], [2, 0])],
		[at([1], []), at([2], [])],
	];
	for (const prefixes of [first, second, single, first])
		expect(await policy.logProbs(prefixes)).toEqual(await inner.logProbs(prefixes));
	expect(asked).toEqual(["1 2", "1 ", "1,2 ", "1 2,0", "2 "]);
	expect([policy.vocabSize, policy.observes]).toEqual([3, "prefix"]);
});
