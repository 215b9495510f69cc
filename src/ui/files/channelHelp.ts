/** How each channel is called, and what it costs not to have it. */
export const CHANNEL_HELP: Readonly<Record<string, { readonly name: string; readonly missing: string }>> = {
	tokens: {
		name: "token ids",
		missing:
			"Words stand for tokens. Drop the model's tokenizer.json to cut the text as the model does; the recorder writes ids.",
	},
	text: { name: "text", missing: "Tokens go by their numbers." },
	mask: { name: "mask", missing: "Every token of a response counts as written by the policy." },
	logprobs: { name: "log-probabilities", missing: "Methods with ratios, KL or entropy cannot be computed." },
	ref_logprobs: { name: "reference log-probabilities", missing: "A KL penalty in the reward cannot be computed." },
	values: { name: "values", missing: "GAE, TD and cut points need a critic's values." },
	advantages: { name: "advantages", missing: "There is nothing of theirs to compare with; GRPO's credit is shown." },
	groups: { name: "groups", missing: "Nothing can be compared with its siblings." },
	turns: { name: "turns", missing: "Methods that pay turns see one turn." },
	reward: { name: "reward", missing: "Without a reward there is no credit; 0 stands in for it." },
};
