/**
 * Byte pairs over five letters, the space (Ġ) and the two bytes of ü (Ã ¼), with three merges in this order: l o, lo w, Ġ low. By hand:
 * "low" is l o w, lo w, low; " low" is Ġ l o w, Ġ lo w, Ġ low, Ġlow; "slow" is s low; "lower" has no merge for e r.
 */
const VOCAB = ["l", "o", "w", "e", "r", "s", "Ġ", "Ã", "¼", "lo", "low", "Ġlow"];
/** As Hugging Face's library writes it. */
export const SMALL_TOKENIZER = JSON.stringify({
	version: "1.0",
	truncation: null,
	padding: null,
	added_tokens: [],
	normalizer: null,
	pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
	post_processor: null,
	decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
	model: {
		type: "BPE",
		dropout: null,
		unk_token: null,
		continuing_subword_prefix: null,
		end_of_word_suffix: null,
		fuse_unk: false,
		byte_fallback: false,
		vocab: Object.fromEntries(VOCAB.map((token, id) => [token, id])),
		merges: ["l o", "lo w", "Ġ low"],
	},
});
