declare module "virtual:docstrings" {
	/** Export name of a method, task or loss → its docstring without the stars. */
	const texts: Readonly<Record<string, string>>;
	export default texts;
}
