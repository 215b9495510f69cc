declare module "virtual:docstrings" {
	/** Kind and export name, as in "method grpo", "reward ircr", "task keydoor", "loss ppo" → the docstring without the stars. */
	const texts: Readonly<Record<string, string>>;
	export default texts;
}
